"""How many rows a relation has, as PostgreSQL's planner sees it."""

from __future__ import annotations

import json

import asyncpg

from domain.fqn import Fqn
from flows.sources.dialect import quote_table


async def planned_rows(connection: asyncpg.Connection, table: Fqn) -> int | None:
    """Costs no reading. It follows the size of the file, and knows views and tables that were never analyzed."""
    try:
        async with connection.transaction():
            plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) TABLE {quote_table(table)}")
    except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError):
        return None
    return int(json.loads(plan)[0]["Plan"]["Plan Rows"])
