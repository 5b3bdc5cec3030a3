"""Fills a migrated database by set-based SQL: a catalogue, its history of scores, and its violations."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import asyncpg

from benchmarks.scale import names
from benchmarks.scale.indexes import without_indexes
from benchmarks.scale.scores import load_scores
from benchmarks.scale.size import Size
from benchmarks.scale.violations import load_violations
from domain.db.scope_keys import keys_of
from domain.fqn import Fqn
from domain.identity import Tenant

Tell = Callable[[str], None]


async def load(sql: asyncpg.Connection, tenant: Tenant, size: Size, tell: Tell) -> None:
    """Everything is assessed once a week, the last time an hour ago."""
    last = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    await sql.execute("SET statement_timeout = 0; SET synchronous_commit = off")
    await _make_columns(sql, tenant, size)
    tell(f"catalogue: {size.all_columns:,} columns")
    async with without_indexes(sql, "asset", tell):
        await _load_assets(sql, tenant, size)
    await load_scores(sql, tenant, size, last, tell)
    await load_violations(sql, tenant, size, last, tell)


async def _make_columns(sql: asyncpg.Connection, tenant: Tenant, size: Size) -> None:
    """A table for this connection, from which all others are filled: each column with its number, table and keys."""
    await sql.execute(
        'CREATE TEMPORARY TABLE bench_column (number integer, fqn text COLLATE "C", table_fqn text COLLATE "C",'
        " service_key bigint, schema_key bigint, table_key bigint)"
    )
    records = (
        (number, str(fqn), str(fqn.parent), *keys_of(tenant, fqn).values())
        for number, fqn in enumerate(names.columns(size))
    )
    await sql.copy_records_to_table("bench_column", records=records)
    await sql.execute("ANALYZE bench_column")


async def _load_assets(sql: asyncpg.Connection, tenant: Tenant, size: Size) -> None:
    above: Iterable[tuple[str, Fqn]] = [
        ("SERVICE", names.SERVICE),
        ("DATABASE", names.DATABASE),
        *(("SCHEMA", fqn) for fqn in names.schemas(size)),
        *(("TABLE", fqn) for fqn in names.tables(size)),
    ]
    await sql.execute(
        "INSERT INTO asset (id, organization_id, project_id, fqn, parent_fqn, type, position, version,"
        " content_version, captured, fields, tags, created_at, updated_at)"
        " SELECT gen_random_uuid(), $1, $2, fqn, parent, type, 0, 1, 1, '{}', '{}', '[]', now(), now()"
        " FROM (SELECT unnest($3::text[]) AS fqn, unnest($4::text[]) AS parent, unnest($5::text[]) AS type"
        " UNION ALL SELECT fqn, table_fqn, 'COLUMN' FROM bench_column) AS assets",
        tenant.organization_id,
        tenant.project_id,
        [str(fqn) for _, fqn in above],
        [str(fqn.parent) if fqn.parent else None for _, fqn in above],
        [kind for kind, _ in above],
    )
