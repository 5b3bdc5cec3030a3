# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Taking decisions about a run back."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.ids import read_id
from api.graphql.pages import given
from api.graphql.problems import ApprovalAlreadyDecided, CallProblem, Conflict, SaveBuiltUpon
from api.graphql.runs.mutations import NOTES
from api.graphql.runs.types import KIND, WorkflowRun
from domain.runs.model import RunId


@strawberry.input(description="What undoApproval needs.")
class UndoApprovalInput:
    run_id: strawberry.ID = strawberry.field(description="Id of the run.")
    notes: str | None = strawberry.field(default=UNSET, description=NOTES)


@strawberry.input(description="What resetApproval needs.")
class ResetApprovalInput:
    run_id: strawberry.ID = strawberry.field(description="Id of the run.")
    notes: str | None = strawberry.field(default=UNSET, description=NOTES)


@strawberry.type(description="The save is taken back, and the run waits for a decision again.")
class UndoApprovalSuccess:
    run: WorkflowRun = strawberry.field(description="The run.")
    restored_asset_count: int = strawberry.field(description="Assets that have their earlier texts again.")
    restored_cell_count: int = strawberry.field(description="Scorecard cells that show their scores again.")
    reopened_violation_count: int = strawberry.field(description="Violations that are open again.")


@strawberry.type(description="The rejection is taken back: the run waits again, its changes undecided.")
class ResetApprovalSuccess:
    run: WorkflowRun = strawberry.field(description="The run.")


UndoApprovalResult: TypeAlias = Annotated[
    UndoApprovalSuccess | SaveBuiltUpon | Conflict | CallProblem,
    strawberry.union("UndoApprovalResult", description="What undoApproval answers."),
]
ResetApprovalResult: TypeAlias = Annotated[
    ResetApprovalSuccess | ApprovalAlreadyDecided | Conflict | CallProblem,
    strawberry.union("ResetApprovalResult", description="What resetApproval answers."),
]


@strawberry.type
class UndoMutations:
    @mutation(
        "Take a save back, in one transaction: texts and versions return, scores show again, exactly the violations "
        "that it closed reopen. Refused once something later builds on it; undoing again changes nothing. "
        "Needs the right APPROVE."
    )
    async def undo_approval(self, info: Info, input: UndoApprovalInput) -> UndoApprovalResult | None:
        key = RunId(read_id(KIND, input.run_id))
        result = await info.context.domain.approvals.undo(info.context.actor, key, given(input.notes))
        return UndoApprovalSuccess(
            run=WorkflowRun.of(result.run),
            restored_asset_count=result.undone.assets,
            restored_cell_count=result.undone.cells,
            reopened_violation_count=result.undone.violations,
        )

    @mutation(
        "Take a rejection back. A run that waits stays as it is; a saved one is undone instead. "
        "Needs the right APPROVE."
    )
    async def reset_approval(self, info: Info, input: ResetApprovalInput) -> ResetApprovalResult | None:
        key = RunId(read_id(KIND, input.run_id))
        result = await info.context.domain.approvals.reset(info.context.actor, key, given(input.notes))
        return ResetApprovalSuccess(run=WorkflowRun.of(result.run))
