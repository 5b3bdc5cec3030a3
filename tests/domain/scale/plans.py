"""The plans of the statements that the application sends, as PostgreSQL would carry them out."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from domain.db.tenancy import CONFINE, confinement
from domain.identity import Tenant

LARGE = ("violation", "metric_snapshot", "metric_cell", "table_score")


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement with its parameters."""

    statement: str
    parameters: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Plan:
    nodes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    @property
    def kinds(self) -> set[str]:
        return {node["Node Type"] for node in self.nodes}

    @property
    def read_in_full(self) -> set[str]:
        """Large tables, or partitions of them, that are read from end to end."""
        scanned = {node["Relation Name"] for node in self.nodes if node["Node Type"] == "Seq Scan"}
        return {name for name in scanned if name.startswith(LARGE) and not name.endswith("_elsewhere")}


@contextmanager
def sending() -> Iterator[list[Sent]]:
    """What is sent inside it and can be planned."""
    sent: list[Sent] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        many = parameters if isinstance(parameters, list) else [parameters]
        if statement != CONFINE and statement.split(maxsplit=1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            sent.append(Sent(statement, tuple(many[0])))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def plans_of(sql: asyncpg.Connection, tenant: Tenant, sent: Sent) -> list[Plan]:
    """Of a statement with these parameters, and of the one for any that the driver's prepared statement may get."""
    async with sql.transaction():
        await sql.execute(CONFINE, *confinement(tenant))  # behind the second wall, as statements are carried out
        custom = await sql.fetchval(f"EXPLAIN (FORMAT JSON) {sent.statement}", *sent.parameters)
        await sql.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await sql.execute(f"PREPARE planned AS {sent.statement}")
        given = f"({', '.join(map(_literal, sent.parameters))})" if sent.parameters else ""
        generic = await sql.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE planned{given}")
        await sql.execute("DEALLOCATE planned")
    return [Plan(list(_nodes(json.loads(text)[0]["Plan"]))) for text in (custom, generic)]


def _literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case list() | tuple():
            quoted = (json.dumps(str(one), ensure_ascii=False) for one in value)
            return _literal("{" + ",".join(quoted) + "}")
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
