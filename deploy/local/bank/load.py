"""Brings the sample into a PostgreSQL database of its own, in one transaction: all of it is there, or nothing."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from time import perf_counter

import asyncpg

from deploy.local.bank.mark import is_ours, mark_of, read_mark, set_mark
from deploy.local.bank.row import values_of
from deploy.local.bank.sample import DEFAULT_SEED, REFERENCE_DATE, Sample, make_sample
from domain.errors import Conflict, Invalid, Unavailable

SCHEMAS = ("core", "market")
_OUR_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname = ANY($1::text[]) ORDER BY nspname"
_CONNECT_SECONDS, _STATEMENT_SECONDS = 10, 60


@dataclass(frozen=True, slots=True)
class BankSummary:
    row_counts: Mapping[str, int]
    seconds: float

    @property
    def total_rows(self) -> int:
        return sum(self.row_counts.values())


async def load_bank(dsn: str, seed: int = DEFAULT_SEED, today: date = REFERENCE_DATE) -> BankSummary:
    """Replace what an earlier load left.

    Conflict: the schemas are there and somebody else's. Unavailable: the database does not let us in.
    """
    started = perf_counter()
    sample = await to_thread(make_sample, seed, today)
    async with _connected(dsn) as connection, connection.transaction():
        await _make_room(connection)
        await connection.execute(_sql("tables"))
        row_counts = await _copy_rows(connection, sample)
        for step in ("keys", "views", "comments"):
            await connection.execute(_sql(step))
        await connection.execute(f"ANALYZE {', '.join(row_counts)}")
        await set_mark(connection, mark_of(seed, today))
    return BankSummary(row_counts, perf_counter() - started)


async def is_loaded(dsn: str, seed: int = DEFAULT_SEED, today: date = REFERENCE_DATE) -> bool:
    """Whether a load with these arguments has been completed in this database."""
    async with _connected(dsn) as connection:
        return await _found_schemas(connection) == SCHEMAS and await read_mark(connection) == mark_of(seed, today)


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await _connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _connect(dsn: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS, command_timeout=_STATEMENT_SECONDS)
    except ValueError:  # its text may quote a piece of the password
        message = "The DSN of the sample bank must read postgresql://user:password@host:port/database, signs quoted."
        raise Invalid("dsn", message) from None
    except TimeoutError as error:
        raise Unavailable(f"The sample bank's database does not answer within {_CONNECT_SECONDS} s.") from error
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"The sample bank's database cannot be opened: {error}") from error


async def _make_room(connection: asyncpg.Connection) -> None:
    found = await _found_schemas(connection)
    if found and not is_ours(await read_mark(connection)):
        raise Conflict(
            f"The database already has the schema {' and '.join(found)}, and the sample bank did not make it. "
            "Load the sample into a database of its own."
        )
    for schema in found:
        await connection.execute(f"DROP SCHEMA {schema} CASCADE")


async def _found_schemas(connection: asyncpg.Connection) -> tuple[str, ...]:
    return tuple(row["nspname"] for row in await connection.fetch(_OUR_SCHEMAS, SCHEMAS))


async def _copy_rows(connection: asyncpg.Connection, sample: Sample) -> dict[str, int]:
    row_counts = {}
    for row_type, rows in sample.bank.tables():
        table, columns, records = row_type.TABLE, row_type.columns(), map(values_of(row_type), rows)
        await connection.copy_records_to_table(table.name, schema_name=table.schema, columns=columns, records=records)
        row_counts[f"{table.schema}.{table.name}"] = len(rows)
    return row_counts


def _sql(name: str) -> str:
    return files("deploy.local.bank").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
