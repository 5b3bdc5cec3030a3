from datetime import datetime

import strawberry

from api.graphql.enums import describe
from domain.runs.model import ApprovalStatus, RunStatus

describe(
    RunStatus,
    "Where a run stands.",
    {
        RunStatus.PENDING: "Asked for; it starts as soon as Prefect and a worker are free.",
        RunStatus.RUNNING: "At work.",
        RunStatus.COMPLETED: "Done; some items may have failed, see `failedItemCount`.",
        RunStatus.FAILED: "Ended by an error, or every item failed.",
        RunStatus.CANCELLING: "Somebody asked for its end; it is stopping.",
        RunStatus.CANCELLED: "Ended because somebody asked for it.",
        RunStatus.CRASHED: "Its process disappeared.",
    },
)
describe(
    ApprovalStatus,
    "How far the review of a run is.",
    {
        ApprovalStatus.PENDING: "Nobody has decided yet.",
        ApprovalStatus.APPROVED: "Saved: its changes are applied.",
        ApprovalStatus.REJECTED: "Decided against: nothing of it was applied.",
    },
)


@strawberry.type(description="The review of a run that suggests changes.")
class Approval:
    status: ApprovalStatus = strawberry.field(description="How far the review is.")
    version: int = strawberry.field(description="Grows with each decision.")
    notes: str | None = strawberry.field(description="What the person who decided wrote; null when nothing.")
    decided_by: str | None = strawberry.field(description="Who decided; null while PENDING.")
    decided_at: datetime | None = strawberry.field(description="When it was decided; null while PENDING.")
    auto_saved: bool = strawberry.field(description="Whether it was saved by itself, because the run had `saveAll`.")
    applied: int = strawberry.field(description="How many proposed changes were applied.")
    conflicts: int = strawberry.field(description="How many could not be applied, because their base version was gone.")
    invalidated_cells: int = strawberry.field(description="How many scorecard cells it turned to PENDING.")
    resolved_violations: int = strawberry.field(description="How many open violations it resolved.")
    undone_by: str | None = strawberry.field(description="Who took the last save back; null once it is saved again.")
    undone_at: datetime | None = strawberry.field(description="When that was; null once it is saved again.")
