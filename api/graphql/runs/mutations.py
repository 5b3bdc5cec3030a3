# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""What people do with runs: end them, try them again, decide about what they suggest."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import field, mutation
from api.graphql.ids import read_id
from api.graphql.pages import After, Before, Connection, CountedConnection, First, Last, given
from api.graphql.problems import ApprovalAlreadyDecided, CallProblem, Conflict, RunNotApprovable
from api.graphql.runs.details import CHANGE, ProposedChange
from api.graphql.runs.matching import MatchingDecisionInput
from api.graphql.runs.types import KIND, WorkflowRun
from api.graphql.scorecards import INVALIDATED, ScorecardCell
from api.graphql.violations.queries import VIOLATIONS, list_violations
from api.graphql.violations.types import Violation
from domain.errors import Invalid
from domain.runs import model
from domain.runs.approval import MAX_DECISIONS, ApprovalResult
from domain.runs.decisions import ChangeDecision
from domain.runs.model import MAX_NOTES_LENGTH, ChangeId, Decision, RunId
from domain.violations.filters import ViolationFilter

NOTES = f"Why, for those who come later; at most {MAX_NOTES_LENGTH:,} characters."


@strawberry.input(description="What cancelRun needs.")
class CancelRunInput:
    run_id: strawberry.ID = strawberry.field(description="Id of the run.")


@strawberry.input(description="What retryRun needs.")
class RetryRunInput:
    run_id: strawberry.ID = strawberry.field(description="Id of the run.")


@strawberry.input(description="What approveRun needs.")
class ApproveRunInput:
    run_id: strawberry.ID = strawberry.field(description="Id of the run.")
    notes: str | None = strawberry.field(default=UNSET, description=NOTES)


@strawberry.input(description="What rejectRun needs.")
class RejectRunInput:
    run_id: strawberry.ID = strawberry.field(description="Id of the run.")
    notes: str | None = strawberry.field(default=UNSET, description=NOTES)


@strawberry.input(description="A decision about one proposed change.")
class ChangeDecisionInput:
    change_id: strawberry.ID = strawberry.field(description="Id of the proposed change.")
    decision: Decision = strawberry.field(description="What to do with it when the run is approved.")
    after: str | None = strawberry.field(
        default=UNSET, description="Another value in place of the suggested one; only for fields of assets."
    )

    def read(self) -> ChangeDecision:
        return ChangeDecision(ChangeId(read_id(CHANGE, self.change_id)), self.decision, given(self.after))


@strawberry.input(description="What decideProposedChanges needs.")
class DecideProposedChangesInput:
    run_id: strawberry.ID = strawberry.field(description="Id of the run that suggests the changes.")
    decisions: list[ChangeDecisionInput] | None = strawberry.field(
        default=UNSET, description=f"1 to {MAX_DECISIONS:,} decisions; either these or `matching`."
    )
    matching: MatchingDecisionInput | None = strawberry.field(
        default=UNSET,
        description="One decision about all changes that meet some conditions; either this or `decisions`.",
    )


@strawberry.type(description="The end of the run was asked for.")
class CancelRunSuccess:
    run: WorkflowRun = strawberry.field(description="The run; CANCELLING and CANCELLED follow.")


@strawberry.type(description="Another try of the run was asked for.")
class RetryRunSuccess:
    run: WorkflowRun = strawberry.field(description="The run; items that are done are not done again.")


@strawberry.type(description="A proposed change that could not be applied, because its base version was gone.")
class ChangeConflict:
    change: ProposedChange = strawberry.field(description="The change; what stands there was not overwritten.")


@strawberry.type(description="The run is saved: what one transaction changed.")
class ApproveRunSuccess:
    run: WorkflowRun = strawberry.field(description="The run.")
    resolved_violation_count: int = strawberry.field(description="How many open violations were resolved.")
    conflicts: list[ChangeConflict] = strawberry.field(
        description="Changes that could not be applied; bounded by what the run suggests."
    )

    @field("The violations that were resolved, the newest first.")
    async def resolved_violations(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> CountedConnection[Violation]:
        wanted = ViolationFilter(resolved_by_run=self.run.run.id)
        return await list_violations(info, None, wanted, VIOLATIONS.request(first, after, last, before))

    @field("The scorecard cells that turned to PENDING.")
    async def invalidated_cells(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ScorecardCell]:
        request = INVALIDATED.request(first, after, last, before)
        page = await info.context.read.scorecards.invalidated_by(info.context.tenant, self.run.run.id, request)
        return INVALIDATED.connect(page, ScorecardCell.of)


@strawberry.type(description="The run is decided against; nothing of it was applied.")
class RejectRunSuccess:
    run: WorkflowRun = strawberry.field(description="The run.")


@strawberry.type(description="The decisions are kept until the run is approved.")
class DecideProposedChangesSuccess:
    run: WorkflowRun = strawberry.field(description="The run; its `proposedChanges` show all decisions.")
    decided_count: int = strawberry.field(description="How many changes were decided.")
    changes: list[ProposedChange] = strawberry.field(
        description="The changes, in the order of `decisions`; empty when they were decided by `matching`."
    )


ReviewProblem: TypeAlias = RunNotApprovable | ApprovalAlreadyDecided | Conflict | CallProblem
CancelRunResult: TypeAlias = Annotated[
    CancelRunSuccess | Conflict | CallProblem,
    strawberry.union("CancelRunResult", description="What cancelRun answers."),
]
RetryRunResult: TypeAlias = Annotated[
    RetryRunSuccess | Conflict | CallProblem,
    strawberry.union("RetryRunResult", description="What retryRun answers."),
]
ApproveRunResult: TypeAlias = Annotated[
    ApproveRunSuccess | ReviewProblem,
    strawberry.union("ApproveRunResult", description="What approveRun answers."),
]
RejectRunResult: TypeAlias = Annotated[
    RejectRunSuccess | ReviewProblem,
    strawberry.union("RejectRunResult", description="What rejectRun answers."),
]
DecideProposedChangesResult: TypeAlias = Annotated[
    DecideProposedChangesSuccess | ReviewProblem,
    strawberry.union("DecideProposedChangesResult", description="What decideProposedChanges answers."),
]


@strawberry.type
class RunMutations:
    @mutation("Ask for the end of a run; its queries in the source are stopped too. Needs the right RUN.")
    async def cancel_run(self, info: Info, input: CancelRunInput) -> CancelRunResult | None:
        key = RunId(read_id(KIND, input.run_id))
        return CancelRunSuccess(run=WorkflowRun.of(await info.context.domain.runs.cancel(info.context.actor, key)))

    @mutation("Ask for another try of an ended run. Needs the right RUN.")
    async def retry_run(self, info: Info, input: RetryRunInput) -> RetryRunResult | None:
        key = RunId(read_id(KIND, input.run_id))
        return RetryRunSuccess(run=WorkflowRun.of(await info.context.domain.runs.retry(info.context.actor, key)))

    @mutation(
        "Save a completed run: apply, invalidate, resolve, in one transaction. Approving again gives the same answer. "
        "Needs the right APPROVE."
    )
    async def approve_run(self, info: Info, input: ApproveRunInput) -> ApproveRunResult | None:
        key = RunId(read_id(KIND, input.run_id))
        approved = await info.context.domain.approvals.approve(info.context.actor, key, given(input.notes))
        return await _approved(info, approved)

    @mutation("Decide against a completed run; nothing of it is applied. Needs the right APPROVE.")
    async def reject_run(self, info: Info, input: RejectRunInput) -> RejectRunResult | None:
        key = RunId(read_id(KIND, input.run_id))
        rejected = await info.context.domain.approvals.reject(info.context.actor, key, given(input.notes))
        return RejectRunSuccess(run=WorkflowRun.of(rejected.run))

    @mutation(
        "Accept, reject or edit changes that a run suggests, one by one or by conditions; all or none. "
        "Needs the right APPROVE."
    )
    async def decide_proposed_changes(
        self, info: Info, input: DecideProposedChangesInput
    ) -> DecideProposedChangesResult | None:
        return await _decide(info, RunId(read_id(KIND, input.run_id)), given(input.decisions), given(input.matching))


async def _decide(
    info: Info, key: RunId, decisions: list[ChangeDecisionInput] | None, matching: MatchingDecisionInput | None
) -> DecideProposedChangesSuccess:
    match decisions, matching:
        case list(), None:
            return await _decide_each(info, key, decisions)
        case None, MatchingDecisionInput():
            return await _decide_matching(info, key, matching)
    raise Invalid("decisions", "Give either decisions or matching, and not both.")


async def _decide_each(info: Info, key: RunId, decisions: list[ChangeDecisionInput]) -> DecideProposedChangesSuccess:
    read = [one.read() for one in decisions]
    changes = await info.context.domain.approvals.decide_changes(info.context.actor, key, read)
    return await _decided(info, key, len(changes), changes)


async def _decide_matching(info: Info, key: RunId, matching: MatchingDecisionInput) -> DecideProposedChangesSuccess:
    predicate, approvals = matching.predicate.read(), info.context.domain.approvals
    count = await approvals.decide_matching(info.context.actor, key, predicate, matching.decision)
    return await _decided(info, key, count)


async def _decided(
    info: Info, key: RunId, count: int, changes: Sequence[model.ProposedChange] = ()
) -> DecideProposedChangesSuccess:
    return DecideProposedChangesSuccess(
        run=WorkflowRun.of(await info.context.read.runs.get(info.context.tenant, key)),
        decided_count=count,
        changes=[ProposedChange.of(change) for change in changes],
    )


async def _approved(info: Info, result: ApprovalResult) -> ApproveRunSuccess:
    conflicts = await info.context.read.runs.conflicts(info.context.tenant, result.run.id)
    return ApproveRunSuccess(
        run=WorkflowRun.of(result.run),
        resolved_violation_count=result.approval.resolved_violations,
        conflicts=[ChangeConflict(change=ProposedChange.of(change)) for change in conflicts],
    )
