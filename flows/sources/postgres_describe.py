"""From rows of PostgreSQL's catalogue to what the schema holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import asyncpg

from domain.assets.model import AssetType, ForeignKey, FoundColumn, FoundSchema, FoundTable
from domain.fqn import Fqn
from flows.failures import TableFailed
from flows.sources import postgres_catalogue as catalogue
from flows.sources.postgres_estimates import planned_rows

ByTable = Mapping[int, Sequence[asyncpg.Record]]
_VIEW_KINDS = frozenset({"v", "m"})


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """The rows of each kind of fact, by the oid of their table."""

    columns: ByTable
    keys: ByTable
    foreign_keys: ByTable
    checks: ByTable
    sizes: ByTable

    @classmethod
    async def read(cls, connection: asyncpg.Connection, schema: str, table: str | None) -> CatalogueFacts:
        async def by_table(sql: str) -> ByTable:
            found: dict[int, list[asyncpg.Record]] = defaultdict(list)
            for row in await connection.fetch(sql, schema, table):
                found[row["oid"]].append(row)
            return found

        return cls(
            columns=await by_table(catalogue.COLUMNS),
            keys=await by_table(catalogue.UNIQUE_KEYS),
            foreign_keys=await by_table(catalogue.FOREIGN_KEYS),
            checks=await by_table(catalogue.CHECKS),
            sizes=await _sizes(connection, by_table),
        )


async def describe_schema(connection: asyncpg.Connection, schema: Fqn) -> FoundSchema:
    itself = await connection.fetchrow(catalogue.SCHEMA_ITSELF, schema.name)
    if itself is None:
        raise TableFailed(f"The schema {schema} does not exist.")
    return FoundSchema(
        fqn=schema,
        observed_at=itself["observed_at"],
        tables=await _describe(connection, schema, None),
        comment=itself["comment"],
    )


async def describe_table(connection: asyncpg.Connection, table: Fqn) -> FoundTable:
    schema = table.parent
    assert schema is not None, "a table lies in a schema"
    found = await _describe(connection, schema, table.name)
    if not found:
        raise TableFailed(f"{table} does not exist.")
    rows = await planned_rows(connection, table)
    return found[0] if rows is None else replace(found[0], estimated_rows=rows)


async def _describe(connection: asyncpg.Connection, schema: Fqn, table: str | None) -> tuple[FoundTable, ...]:
    relations = await connection.fetch(catalogue.TABLES, schema.name, table)
    facts = await CatalogueFacts.read(connection, schema.name, table)
    return tuple(_table(schema, relation, facts) for relation in relations)


async def _sizes(connection: asyncpg.Connection, by_table: Callable[[str], Awaitable[ByTable]]) -> ByTable:
    """They need a lock on each table; one that is being rebuilt must not hide all the others."""
    try:
        async with connection.transaction():
            return await by_table(catalogue.SIZES)
    except asyncpg.LockNotAvailableError:
        return {}


def _table(schema: Fqn, relation: asyncpg.Record, facts: CatalogueFacts) -> FoundTable:
    oid = relation["oid"]
    keys = facts.keys.get(oid, ())
    sizes = facts.sizes.get(oid, ())
    return FoundTable(
        fqn=schema.child(relation["name"]),
        type=AssetType.VIEW if relation["kind"] in _VIEW_KINDS else AssetType.TABLE,
        columns=tuple(_column(row) for row in facts.columns.get(oid, ())),
        comment=relation["comment"],
        primary_key=next((tuple(row["columns"]) for row in keys if row["is_primary"]), ()),
        unique_keys=tuple(dict.fromkeys(tuple(row["columns"]) for row in keys if not row["is_primary"])),
        foreign_keys=tuple(_foreign_key(schema, row) for row in facts.foreign_keys.get(oid, ())),
        check_constraints=tuple(row["definition"] for row in facts.checks.get(oid, ())),
        estimated_rows=relation["estimated_rows"],
        size_bytes=sizes[0]["size_bytes"] if sizes else None,
        definition=relation["definition"],
    )


def _column(row: asyncpg.Record) -> FoundColumn:
    return FoundColumn(
        name=row["name"],
        position=row["position"],
        data_type=row["data_type"],
        nullable=row["nullable"],
        default=row["default_value"],
        comment=row["comment"],
    )


def _foreign_key(schema: Fqn, row: asyncpg.Record) -> ForeignKey:
    database = schema.parent
    assert database is not None, "a schema lies in a database"
    return ForeignKey(
        name=row["name"],
        columns=tuple(row["columns"]),
        referenced_table=database.child(row["referenced_schema"]).child(row["referenced_table"]),
        referenced_columns=tuple(row["referenced_columns"]),
    )
