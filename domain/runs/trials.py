"""Trying a rule on the data: a run that keeps what the rule said, and touches neither scores nor violations."""

from domain.access.model import require
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.fqn import Fqn
from domain.identity import Actor, Permission
from domain.rules.model import Evaluation, RuleDefinition, RuleId
from domain.rules.repository import RuleRepository, to_model
from domain.rules.subjects import check_subjects
from domain.rules.written import write_definition, write_evaluation
from domain.runs.items import move_item
from domain.runs.model import TRIAL, ItemStatus, Origin, RunId, RunRequest, RunType, WorkflowRun
from domain.runs.repository import RunRepository
from domain.runs.requesting import request_run


class TrialService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def start(
        self, actor: Actor, tried: RuleDefinition | RuleId, idempotency_key: str | None = None
    ) -> WorkflowRun:
        """Of a rule as it is kept, or of one that is not written yet. The same key, the same run.

        Rules of one's own question the data as one likes, so to try one takes what to write one takes.
        """
        require(actor, Permission.WRITE if isinstance(tried, RuleDefinition) else Permission.RUN)
        async with self._unit_of_work(actor) as uow:
            if isinstance(tried, RuleDefinition):
                run = await _request(uow, tried, idempotency_key)
                await check_subjects(uow, tried)
                return run
            rule = to_model(await RuleRepository(uow).lock_one(tried))
            return await _request(uow, rule.definition, idempotency_key)

    async def finish(self, actor: Actor, run_id: RunId, table: Fqn, evaluation: Evaluation) -> None:
        async with self._unit_of_work(actor) as uow:
            (await RunRepository(uow).lock(run_id)).trial = write_evaluation(evaluation)
            counts = {"evaluated": evaluation.evaluated, "failed": evaluation.failed}
            await move_item(uow, run_id, table, ItemStatus.COMPLETED, counts=counts)


async def _request(uow: UnitOfWork, rule: RuleDefinition, idempotency_key: str | None) -> WorkflowRun:
    request = RunRequest(
        RunType.DQ_EXECUTION,
        rule.table.parts[0],
        (rule.table,),
        {TRIAL: write_definition(rule)},
        idempotency_key=idempotency_key,
    )
    return await request_run(uow, request, Origin())
