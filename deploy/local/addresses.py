"""Under which addresses the services are reached, and on which they may listen."""

import ipaddress
import socket

from deploy.local.errors import LauncherError
from domain.addresses import WILDCARDS, host_in_url, served_at
from domain.settings import Settings


def api_url(settings: Settings) -> str:
    return served_at(settings.bind, settings.api.port)


def prefect_url(settings: Settings) -> str:
    """Where the user interface is; the API of Prefect is below it, at `/api`."""
    if settings.prefect.api_url is not None:
        return settings.prefect.api_url.rstrip("/").removesuffix("/api")
    return served_at(settings.bind, settings.prefect.port)


def prefect_api_url(settings: Settings) -> str:
    return settings.prefect.api_url or f"{prefect_url(settings)}/api"


def prefect_api_url_for_browsers(settings: Settings) -> str:
    host = socket.gethostname() if settings.bind in WILDCARDS else settings.bind
    return f"http://{host_in_url(host)}:{settings.prefect.port}/api"


def require_allowed(settings: Settings) -> None:
    if settings.mode == "development" and not _is_loopback(settings.bind):
        raise LauncherError(
            f"Development mode asks nobody who they are, so it does not listen on {settings.bind}: "
            "set ASSAY_BIND (or --bind) to 127.0.0.1, or ASSAY_MODE (or --mode) to production."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
