"""Which process carries out a run: one for each start of Prefect's, and only that of the newest start stores anything.

All that a process stores goes through the lock of its run (`RunRepository.lock`), which refuses it once another has
claimed the run.
"""

from dataclasses import replace
from uuid import UUID

from domain.db.uow import UnitsOfWork
from domain.identity import Actor, Claim
from domain.runs.model import Begin, RunId, RunStatus, RunTaken
from domain.runs.repository import RunRepository
from domain.runs.tables import WorkflowRunRow


class ClaimService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def claim(self, actor: Actor, run_id: RunId, begin: Begin, process: UUID) -> Actor:
        """The actor as whom the process stores what it does; RunTaken if this begin or a later one has another process.

        A process that did not hear the answer asks again under the id that it gave itself.
        """
        claim = Claim(run_id, process)
        async with self._unit_of_work(actor) as uow:
            runs = RunRepository(uow)
            row = await runs.lock(run_id)
            if row.claimed_by == process:
                return replace(actor, claim=claim)
            if _is_over(row, begin):
                raise RunTaken(run_id)
            row.claimed_by, row.claimed_for, row.claimed_start = claim.process, begin.flow_run_id, begin.start
            row.heartbeat_at = uow.clock()
            await runs.say(run_id, "INFO", f"The run has begun: start {begin.start}.")
        return replace(actor, claim=claim)

    async def heed(self, actor: Actor, run_id: RunId) -> RunStatus:
        """What becomes of the run, for a process that acts under its claim and does not beat; RunTaken once it is void.

        Whether the run lives is told by the process that claimed it alone.
        """
        async with self._unit_of_work(actor) as uow:
            return RunStatus((await RunRepository(uow).lock(run_id)).status)


def _is_over(row: WorkflowRunRow, begin: Begin) -> bool:
    if row.claimed_start is None or row.claimed_for != begin.flow_run_id:
        return False
    return begin.start <= row.claimed_start
