"""Audit events, recorded and sealed."""

from domain.audit.repository import record
from domain.audit.sealing import AuditSealing
from domain.db.engine import Database
from domain.db.uow import UnitsOfWork
from domain.identity import Actor


async def record_one(unit_of_work: UnitsOfWork, actor: Actor, number: int) -> None:
    async with unit_of_work(actor) as uow:
        record(uow, "count", "thing", str(number), before={"n": number - 1}, after={"n": number, "share": 0.5})


async def record_events(unit_of_work: UnitsOfWork, actor: Actor, count: int) -> None:
    """One event a transaction, about the things 1 to `count`."""
    for number in range(1, count + 1):
        await record_one(unit_of_work, actor, number)


async def seal_all(database: Database) -> None:
    while await AuditSealing(database).seal():
        pass
