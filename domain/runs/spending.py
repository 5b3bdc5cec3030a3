"""The budget of a run, which all its tables share, in whatever process they are worked on."""

from datetime import datetime

from sqlalchemy import BigInteger, cast, func
from sqlmodel import col

from domain.db.tenancy import select_columns_in
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.fqn import Fqn
from domain.identity import Actor
from domain.runs.budget import BUDGET_ENDED, Account, Budget, Grant, Limits, Spent
from domain.runs.items import COLUMNS, COLUMNS_LEFT_OUT, KEPT_COUNTS, move_item
from domain.runs.model import ItemStatus, RunId
from domain.runs.repository import ItemRepository, RunRepository
from domain.runs.tables import RunItemRow

ROWS_RESERVED = "rows_reserved"
"""What a table is expected to take, until it is known what it took; a failed one keeps it."""


class SpendingService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def begin(self, actor: Actor, run_id: RunId, limits: Limits) -> None:
        """A budget for this try, from now on; it stands in the run's output."""
        async with self._unit_of_work(actor) as uow:
            (await RunRepository(uow).lock(run_id)).output = Budget(limits, uow.clock()).written()

    async def reserve(self, actor: Actor, run_id: RunId, fqn: Fqn, rows: int | None) -> Grant:
        """Set rows of the budget aside for a table that is about to be read; None where nobody knows how many."""
        async with self._unit_of_work(actor) as uow:
            budget = Budget.read((await RunRepository(uow).lock(run_id)).output)
            grant = budget.grant(await _spent(uow, run_id, budget.began_at, besides=fqn), rows)
            if grant.refusal is None:
                item = await ItemRepository(uow).lock(run_id, fqn)
                kept = {name: count for name, count in item.counts.items() if name in KEPT_COUNTS}
                item.counts = {**kept, ROWS_RESERVED: rows or 0}
            return grant

    async def leave_out(self, actor: Actor, run_id: RunId, fqn: Fqn, reason: str) -> None:
        """The budget does not reach for the table; what an earlier try measured of it stays its result."""
        async with self._unit_of_work(actor) as uow:
            await RunRepository(uow).lock(run_id)
            item = await ItemRepository(uow).lock(run_id, fqn)
            if COLUMNS in item.counts:
                await move_item(uow, run_id, fqn, ItemStatus.COMPLETED)
            else:
                await move_item(uow, run_id, fqn, ItemStatus.SKIPPED, error=(BUDGET_ENDED, reason))

    async def account(self, actor: Actor, run_id: RunId) -> Account:
        """Of a run that has begun its budget."""
        async with self._unit_of_work(actor) as uow:
            budget = Budget.read((await RunRepository(uow).lock(run_id)).output)
            items = await ItemRepository(uow).of_run(run_id)
            return Account(
                spent=await _spent(uow, run_id, budget.began_at),
                tables=tuple(item.fqn for item in items if item.status == ItemStatus.SKIPPED),
                incomplete={item.fqn: left for item in items if (left := item.counts.get(COLUMNS_LEFT_OUT))},
            )


async def _spent(uow: UnitOfWork, run_id: RunId, since: datetime, besides: Fqn | None = None) -> Spent:
    """What the items that were begun since then have read, or are expected to read."""
    row, counts = RunItemRow, col(RunItemRow.counts)

    def counted(name: str) -> object:
        return cast(counts.op("->>")(name), BigInteger)

    rows = func.sum(func.coalesce(counted("rows_read"), counted(ROWS_RESERVED), 0))
    statement = select_columns_in(uow.tenant, row, rows, func.sum(func.coalesce(counted("bytes_read"), 0))).where(
        col(row.run_id) == run_id, col(row.started_at) >= since, col(row.fqn) != (str(besides) if besides else "")
    )
    read, copied = (await uow.session.execute(statement)).one()
    return Spent((uow.clock() - since).total_seconds(), int(read or 0), int(copied or 0))
