"""Uses a PostgreSQL of the operator's own instead of the embedded one."""

import asyncio
from urllib.parse import unquote, urlsplit

import asyncpg

from deploy.local.databases import create_database
from deploy.local.errors import LauncherError
from deploy.local.server_address import with_database
from deploy.local.stages import DatabaseUrls
from domain.settings import Settings

POSTGRESQL_PORT = 5432


def external_urls(settings: Settings) -> DatabaseUrls:
    """Prefect's tables live in the same server unless told otherwise, in a database of their own."""
    url = settings.database_url()
    if settings.database.prefect_url is not None:
        return DatabaseUrls(url, settings.database.prefect_url.get_secret_value())
    return DatabaseUrls(url, with_database(url, f"{database_of(url)}_prefect"))


def prepare_external(settings: Settings) -> None:
    """Creates Prefect's database where it is ours to name."""
    if settings.database.prefect_url is not None or settings.prefect.api_url is not None:
        return
    urls = external_urls(settings)
    wanted = database_of(urls.prefect)
    try:
        asyncio.run(create_database(urls.assay, wanted))
    except asyncpg.InsufficientPrivilegeError:
        raise LauncherError(
            f"The user of {place_of(urls.assay)} may not create the database {wanted!r}: create it yourself "
            "(it needs the extension pg_trgm), or set ASSAY_DATABASE_PREFECT_URL to one that exists."
        ) from None
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise LauncherError(
            f"PostgreSQL at {place_of(urls.assay)} cannot be used: {error}. The address is from ASSAY_DATABASE_URL."
        ) from None


def place_of(url: str) -> str:
    """For messages: everything but the password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or POSTGRESQL_PORT}, database {database_of(url)!r}, user {parts.username!r}"


def database_of(url: str) -> str:
    return unquote(urlsplit(url).path.removeprefix("/"))
