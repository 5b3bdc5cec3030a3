"""Two acts at the same time: the first stands before a closed gate, the second comes up behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.fqn import Fqn
from tests.domain.governance.acts import Act, Outcome, carry_out
from tests.domain.governance.house import House
from tests.waiting import eventually, waiting_for_a_lock


async def perform_at_once(house: House, acts: Sequence[Act], gate: Fqn | UUID) -> list[Outcome]:
    """The gate is the row of a table or of a run. Each act waits for it, or for another act, or is done."""
    started: list[asyncio.Task[Outcome]] = []
    async with house.sql.transaction():
        await _close(house, gate)
        for act in acts:
            started.append(asyncio.create_task(carry_out(act, house)))
            await eventually(lambda: _all_wait_or_are_done(house.sql, started))
    return list(await asyncio.gather(*started))


async def _close(house: House, gate: Fqn | UUID) -> None:
    if isinstance(gate, Fqn):
        locked = "SELECT 1 FROM asset WHERE project_id = $1 AND fqn = $2 FOR UPDATE"
        await house.sql.execute(locked, house.actor.tenant.project_id, str(gate))
    else:
        await house.sql.execute("SELECT 1 FROM workflow_run WHERE id = $1 FOR UPDATE", gate)


async def _all_wait_or_are_done(sql: asyncpg.Connection, started: Sequence[asyncio.Task[Outcome]]) -> bool:
    return await waiting_for_a_lock(sql) == sum(not one.done() for one in started)
