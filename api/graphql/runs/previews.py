"""What saving a run would do."""

from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.ids import read_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, CountedConnection, First, Last
from api.graphql.runs.details import CHANGES, ProposedChange
from api.graphql.runs.types import KIND, WorkflowRun
from api.graphql.scorecards import CELLS, ScorecardCell
from api.graphql.violations.queries import VIOLATIONS
from api.graphql.violations.types import Violation
from domain.runs import preview
from domain.runs.model import ChangeOutcome, RunId


@strawberry.type(description="How many proposed changes would end so.")
class OutcomeCount:
    outcome: ChangeOutcome = strawberry.field(description="What would become of them.")
    count: int = strawberry.field(description="How many, at least 1.")


@strawberry.type(description="What saving a run would change now. Nothing was written.")
class ApprovalPreview:
    run: WorkflowRun = strawberry.field(description="The run.")
    invalidated_cell_count: int = strawberry.field(description="Scorecard cells that would turn to PENDING.")
    resolved_violation_count: int = strawberry.field(description="Open violations that would be resolved.")
    outcomes: list[OutcomeCount] = strawberry.field(description="What would become of the proposed changes.")

    @classmethod
    def of(cls, found: preview.ApprovalPreview) -> Self:
        return mirror(
            cls,
            found,
            run=WorkflowRun.of(found.run),
            invalidated_cell_count=found.invalidated_cells,
            resolved_violation_count=found.resolved_violations,
            outcomes=[OutcomeCount(outcome=outcome, count=count) for outcome, count in sorted(found.outcomes.items())],
        )

    @field("The scorecard cells that would turn to PENDING, with the scores that they have now.")
    async def invalidated_cells(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ScorecardCell]:
        request = CELLS.request(first, after, last, before)
        page = await info.context.read.previews.cells(info.context.tenant, self.run.run.id, request)
        return CELLS.connect(page, ScorecardCell.of)

    @field("The violations that would be resolved, the newest first.")
    async def resolved_violations(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> CountedConnection[Violation]:
        request = VIOLATIONS.request(first, after, last, before)
        page = await info.context.read.previews.violations(info.context.tenant, self.run.run.id, request)
        return VIOLATIONS.count(page, Violation.of, self._count_violations)

    async def _count_violations(self) -> int:
        return self.resolved_violation_count

    @field("The proposed changes that would not be applied, because their base version is gone.")
    async def conflicts(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ProposedChange]:
        request = CHANGES.request(first, after, last, before)
        page = await info.context.read.previews.conflicts(info.context.tenant, self.run.run.id, request)
        return CHANGES.connect(page, ProposedChange.of)


@strawberry.type
class PreviewQueries:
    @field("What saving this run would change now. An error for a run that cannot be saved, as approveRun gives it.")
    async def approval_preview(
        self, info: Info, run_id: Annotated[strawberry.ID, strawberry.argument(description="Id of the run.")]
    ) -> ApprovalPreview | None:
        key = RunId(read_id(KIND, run_id))
        return ApprovalPreview.of(await info.context.read.previews.preview(info.context.tenant, key))
