"""How many runs work on one source at once: the others wait, and the one that came first goes first."""

from collections.abc import Sequence

from sqlalchemy import func, tuple_
from sqlmodel import col

from domain.connections.model import ConnectionId
from domain.connections.repository import ConnectionRepository
from domain.db.tenancy import select_columns_in, select_in
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.events import RunAdmitted
from domain.identity import Actor
from domain.runs.model import TAKE_PLACES, RunId, WorkflowRun
from domain.runs.repository import RunRepository, to_model
from domain.runs.tables import LIVE, WorkflowRunRow

_Run = WorkflowRunRow


class PlaceService:
    def __init__(self, unit_of_work: UnitsOfWork, max_per_connection: int | None) -> None:
        self._unit_of_work = unit_of_work
        self._limit = max_per_connection

    async def fill(self, actor: Actor, run_id: RunId) -> None:
        """Admit runs of this run's connection while there is room; if it has to wait itself, its followers hear why.

        The connection is locked first, so that of several who decide at once each sees what the others did.
        """
        async with self._unit_of_work(actor) as uow:
            connection_id = (await RunRepository(uow).get(run_id)).connection_id
            await ConnectionRepository(uow).queue_at(connection_id)
            taken = await _taken(uow, connection_id)
            for row in await _first_waiting(uow, connection_id, self._free(taken)):
                row.waiting_since = None
                uow.emit(admitted(to_model(row)))
            await uow.session.flush()
            await self._explain(uow, await RunRepository(uow).get(run_id))

    def _free(self, taken: int) -> int | None:
        return None if self._limit is None else max(0, self._limit - taken)

    async def _explain(self, uow: UnitOfWork, run: WorkflowRun) -> None:
        if run.waiting_since is None:
            return
        why = f"Waits for a place at {run.connection_name}: runs.max_per_connection is {self._limit}."
        await RunRepository(uow).say(run.id, "INFO", f"{why} Ahead of it wait {await _ahead_of(uow, run)}.")


def admitted(run: WorkflowRun, *, after_seconds: int = 0) -> RunAdmitted:
    """The event that lets a run begin, or begin again after a pause."""
    again = run.prefect_flow_run_id is not None
    return RunAdmitted(scopes=run.scopes, run_id=run.id, again=again, after_seconds=after_seconds)


async def _taken(uow: UnitOfWork, connection_id: ConnectionId) -> int:
    statement = select_columns_in(uow.tenant, _Run, func.count()).where(
        col(_Run.connection_id) == connection_id,
        LIVE,
        col(_Run.waiting_since).is_(None),
        col(_Run.type).in_(TAKE_PLACES),
    )
    return await uow.session.scalar(statement) or 0


async def _first_waiting(uow: UnitOfWork, connection_id: ConnectionId, count: int | None) -> Sequence[WorkflowRunRow]:
    statement = (
        select_in(uow.tenant, _Run)
        .where(col(_Run.connection_id) == connection_id, LIVE, col(_Run.waiting_since).is_not(None))
        .order_by(col(_Run.waiting_since), col(_Run.id))
        .limit(count)
        .with_for_update(key_share=True)
    )
    return (await uow.session.scalars(statement)).all()


async def _ahead_of(uow: UnitOfWork, run: WorkflowRun) -> int:
    statement = select_columns_in(uow.tenant, _Run, func.count()).where(
        col(_Run.connection_id) == run.connection_id,
        LIVE,
        tuple_(col(_Run.waiting_since), col(_Run.id)) < tuple_(run.waiting_since, run.id),
    )
    return await uow.session.scalar(statement) or 0
