"""What says that a database holds the sample: its comment, so that no table of ours stands among the governed ones."""

from datetime import date

import asyncpg

# Raised when the generator makes other rows than before, so that a database with the old ones is loaded again.
_EDITION = 1
_OURS = "Sample bank of Assay"
_DATABASE_COMMENT = """
SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = current_database()
"""


def mark_of(seed: int, today: date) -> str:
    return f"{_OURS}, edition {_EDITION}, seed {seed}, as of {today}"


def is_ours(mark: str) -> bool:
    return mark.startswith(_OURS)


async def read_mark(connection: asyncpg.Connection) -> str:
    return str(await connection.fetchval(_DATABASE_COMMENT))


async def set_mark(connection: asyncpg.Connection, mark: str) -> None:
    quoting = "SELECT format('COMMENT ON DATABASE %I IS %L', current_database(), $1::text)"
    await connection.execute(await connection.fetchval(quoting, mark))
