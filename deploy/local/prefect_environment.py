"""The settings that Prefect's server, its clients and the flow runs get from us, each with its reason."""

from pathlib import Path

import certifi

from deploy.local.addresses import prefect_api_url, prefect_api_url_for_browsers
from deploy.local.home import Home
from deploy.local.server_address import with_driver
from domain.settings import Settings

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
}

CLIENTS = {
    # Without it a process that does not know the server's address starts one of its own, silently.
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    # A run that shall begin after a pause is not taken before it; the workers' default is ten seconds too early.
    "PREFECT_WORKER_PREFETCH_SECONDS": "1",
    "PREFECT_WORKER_HEARTBEAT_SECONDS": "10",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    # While PostgreSQL restarts, the server answers 500; 408 and 504 come from the wait for it.
    "PREFECT_CLIENT_RETRY_EXTRA_CODES": "408,500,504",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
}

RECORDING_IN_BATCHES = {  # a thousand task runs are on record after four seconds instead of forty
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    # The server cuts it down to whole seconds: of half a second nothing is left, and it spins at a whole core.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_TRIGGERS_READ_BATCH_SIZE": "100",
}

SERVER = RECORDING_IN_BATCHES | {
    # Leases in memory are forgotten by a restart, and their slots stay taken for ever.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P2D",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED": "true",
    "PREFECT_SERVER_LOGS_STREAM_PUBLISHING_ENABLED": "true",
}


def client_environment(settings: Settings, home: Home) -> dict[str, str]:
    url = prefect_api_url(settings)
    environment = QUIET | CLIENTS | {"PREFECT_HOME": str(home.prefect), "PREFECT_API_URL": url}
    if url.startswith("http://"):
        environment["PREFECT_API_SSL_CERT_FILE"] = str(_one_certificate(home.prefect / "ca.pem"))
    return environment


def server_environment(settings: Settings, home: Home, database_dsn: str) -> dict[str, str]:
    return SERVER | {
        **client_environment(settings, home),
        "PREFECT_API_DATABASE_CONNECTION_URL": with_driver(database_dsn),
        "PREFECT_UI_API_URL": prefect_api_url_for_browsers(settings),
        "PREFECT_UI_STATIC_DIRECTORY": str(home.prefect / "ui"),  # its default is inside the installed package
    }


def _one_certificate(path: Path) -> Path:
    """Each of Prefect's clients reads all trusted certificates, 30 ms a client, even where no TLS is spoken."""
    if not path.exists():
        end = "-----END CERTIFICATE-----\n"
        path.write_text(certifi.contents().partition(end)[0] + end)
    return path
