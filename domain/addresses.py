"""Under which addresses people and processes reach what Assay serves."""

from domain.settings import Settings

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - told apart here, not listened on


def served_at(bind: str, port: int) -> str:
    """As a process on this machine reaches it, also where it listens on all addresses."""
    return f"http://{host_in_url(WILDCARDS.get(bind, bind))}:{port}"


def host_in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def api_for_people(settings: Settings) -> str:
    """Where a browser finds the API; behind a proxy only `api.public_url` knows."""
    return settings.api.public_url or served_at(settings.bind, settings.api.port)


def prefect_for_people(settings: Settings) -> str:
    """Where a browser finds Prefect's user interface; Prefect's own API is below it, at `/api`."""
    prefect = settings.prefect
    if prefect.public_url is not None:
        return prefect.public_url
    if prefect.api_url is not None:
        return prefect.api_url.rstrip("/").removesuffix("/api")
    return served_at(settings.bind, prefect.port)
