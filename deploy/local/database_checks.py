"""Whether there is a PostgreSQL that `assay up` can use."""

import asyncio
from collections.abc import Iterator

import asyncpg

from deploy.local.checks import Check, Outcome
from deploy.local.databases import Abilities, abilities
from deploy.local.errors import LauncherError
from deploy.local.external_database import database_of, external_urls, place_of
from deploy.local.postgres_binaries import find_program_folder
from domain.settings import Settings
from domain.tenant_role import TENANT_ROLE, statements_for

OLDEST_SERVER = 15


def check_database(settings: Settings) -> Iterator[Check]:
    if settings.database.url is None:
        yield _check_binaries()
    else:
        yield from _check_external(settings)


def _check_binaries() -> Check:
    try:
        return Check("postgresql", Outcome.OK, f"embedded, {find_program_folder()}")
    except LauncherError as error:
        return Check("postgresql", Outcome.MISSING, str(error))


def _check_external(settings: Settings) -> Iterator[Check]:
    urls = external_urls(settings)
    try:
        found = asyncio.run(abilities(urls.assay))
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        mend = "Start that server, or mend or unset ASSAY_DATABASE_URL."
        yield Check("postgresql", Outcome.MISCONFIGURED, f"{place_of(urls.assay)}: {error}", mend)
        return
    yield _check_version(found, place_of(urls.assay))
    yield _check_tenant_role(found)
    yield _check_trigrams(found)
    if settings.database.prefect_url is None and settings.prefect.api_url is None:
        yield _check_prefect_database(found, database_of(urls.prefect))


def _check_version(found: Abilities, place: str) -> Check:
    if found.major_version >= OLDEST_SERVER:
        return Check("postgresql", Outcome.OK, f"{place}, version {found.major_version}")
    finding = f"{place} has version {found.major_version}"
    return Check("postgresql", Outcome.MISCONFIGURED, finding, f"Use PostgreSQL {OLDEST_SERVER} or later.")


def _check_tenant_role(found: Abilities) -> Check:
    subject = "tenant role"
    if found.has_tenant_role:
        return Check(subject, Outcome.OK, f"{TENANT_ROLE}, exists")
    if found.may_make_tenant_role:
        return Check(subject, Outcome.OK, f"{TENANT_ROLE}, will be created")
    finding = f"{found.user} may neither act as {TENANT_ROLE} nor make it"
    mend = f"As an administrator of the server: {' '.join(statements_for(found.user))}"
    return Check(subject, Outcome.MISSING, finding, mend)


def _check_trigrams(found: Abilities) -> Check:
    if found.has_trigrams:
        return Check("pg_trgm", Outcome.OK, "available")
    return Check(
        "pg_trgm", Outcome.MISSING, "Prefect needs this extension", "Install postgresql-contrib on the server."
    )


def _check_prefect_database(found: Abilities, name: str) -> Check:
    if name in found.databases:
        return Check("prefect database", Outcome.OK, f"{name}, exists")
    if found.may_create_databases:
        return Check("prefect database", Outcome.OK, f"{name}, will be created")
    mend = f"Create {name} yourself, or set ASSAY_DATABASE_PREFECT_URL."
    return Check("prefect database", Outcome.MISSING, f"{name} is missing and this user may not create it", mend)
