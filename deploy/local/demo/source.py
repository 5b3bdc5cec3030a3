"""The database that the demo works on: the sample bank, or one of your own."""

import asyncio
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import asyncpg

from deploy.local.bank.load import SCHEMAS, is_loaded, load_bank
from deploy.local.databases import create_database
from deploy.local.errors import LauncherError
from deploy.local.progress import Progress
from deploy.local.server_address import with_database
from domain.settings import Settings

POSTGRESQL_PORT = 5432
DSN_FORM = "--dsn has to look like postgresql://user:password@host:5432/database."
SAMPLE_NAME = "bank"
SAMPLE_DATABASE = "sample_bank"
SAMPLE_READER = "assay_sample_reader"
OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class DemoSource:
    """How Assay is to reach the database. `secret` is a reference; the password itself lies in a file."""

    name: str
    host: str
    port: int
    database: str
    username: str
    secret: str | None
    schemas: tuple[str, ...]
    """Which ones the job works on; none: all that have tables."""

    def settings_input(self) -> dict[str, object]:
        return {
            "host": self.host,
            "port": self.port,
            "database": self.database,
            "username": self.username,
            "secret": self.secret,
        }


def source_of_dsn(settings: Settings, dsn: str, name: str | None, schemas: tuple[str, ...]) -> DemoSource:
    """Your own database, from an address such as postgresql://user:password@host:5432/database."""
    parts = urlsplit(dsn)
    database = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not (parts.hostname and parts.username and database):
        raise LauncherError(DSN_FORM)
    name = name or database
    if name == SAMPLE_NAME:
        raise LauncherError(f"The sample bank is called {SAMPLE_NAME!r}; choose another name with --name.")
    port = _port_of(parts)
    secret = keep_secret(settings, _file_name(name), unquote(parts.password)) if parts.password else None
    return DemoSource(name, parts.hostname, port, database, unquote(parts.username), secret, schemas)


def _port_of(parts: SplitResult) -> int:
    try:
        return parts.port or POSTGRESQL_PORT
    except ValueError:  # its text quotes what stands there: a piece of a password that holds a slash or an at sign
        raise LauncherError(f"{DSN_FORM} Special characters of a password are written as %2F, %40, …") from None


def sample_source(settings: Settings, server: str, progress: Progress) -> DemoSource:
    """The sample bank, made when it is missing, read through a role that may do nothing else."""
    dsn = with_database(server, SAMPLE_DATABASE)
    password_file = settings.secrets_folder / SAMPLE_NAME
    asyncio.run(_ensure_sample(server, dsn, progress))
    if not password_file.exists():
        keep_secret(settings, SAMPLE_NAME, secrets.token_urlsafe(32))
    asyncio.run(_ensure_reader(dsn, password_file.read_text().strip()))
    parts = urlsplit(server)
    assert parts.hostname
    return DemoSource(
        SAMPLE_NAME,
        parts.hostname,
        parts.port or POSTGRESQL_PORT,
        SAMPLE_DATABASE,
        SAMPLE_READER,
        f"file:{SAMPLE_NAME}",
        tuple(SCHEMAS),
    )


async def _ensure_sample(server: str, dsn: str, progress: Progress) -> None:
    try:
        await create_database(server, SAMPLE_DATABASE)
    except asyncpg.InsufficientPrivilegeError:
        raise LauncherError(
            f"The user of your PostgreSQL may not create the database {SAMPLE_DATABASE!r} for the sample. Create it, "
            "or run the demo on a database of your own with --dsn."
        ) from None
    if not await is_loaded(dsn):
        summary = await load_bank(dsn)
        progress.say(f"Made the sample bank: {summary.total_rows:,} rows in {len(summary.row_counts)} tables.")


async def _ensure_reader(dsn: str, password: str) -> None:
    """A role that can read the sample and nothing else, as one would give Assay in earnest."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", SAMPLE_READER)
        # A password cannot be a parameter of this statement; ours is made of letters, digits, hyphen and underscore.
        await connection.execute(f"{'ALTER' if known else 'CREATE'} ROLE {SAMPLE_READER} LOGIN PASSWORD '{password}'")
        for schema in SCHEMAS:
            await connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {SAMPLE_READER}")
            await connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {SAMPLE_READER}")
    finally:
        await connection.close()


def _file_name(name: str) -> str:
    """Made of what a secret reference may hold; no two names share a file."""
    return f"dsn-{sha256(name.encode()).hexdigest()[:16]}"


def keep_secret(settings: Settings, file_name: str, password: str) -> str:
    """Write the password where only we can read it; the reference to it."""
    folder: Path = settings.secrets_folder
    folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    file = folder / file_name
    file.touch(mode=OWNER_ONLY, exist_ok=True)
    file.write_text(password)
    return f"file:{file_name}"
