from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

import api.graphql.rules.enums
import api.graphql.violations.enums  # noqa: F401 - describes the enums that are used below
from api.graphql.mirror import mirror
from api.graphql.pages import Listing
from api.graphql.scalars import BigInt
from domain.rules.model import Severity
from domain.violations import history
from domain.violations.history import HistoryKind
from domain.violations.model import Resolution

HISTORY = Listing("violation-history", int)


@strawberry.type(description="One occurrence of a violation, or one change to it. What it did not touch is null.")
class ViolationHistoryEntry:
    kind: HistoryKind = strawberry.field(description="What happened.")
    at: datetime = strawberry.field(description="When it was stored.")
    actor: str = strawberry.field(description="Who or what did it.")
    resolution: Resolution | None = strawberry.field(description="Why it was closed.")
    severity: Severity | None = strawberry.field(description="The severity that a person gave it.")
    assignee: str | None = strawberry.field(description="Who is to mend it; empty when it was taken from somebody.")
    notes: str | None = strawberry.field(description="What was written about it; empty when notes were taken away.")
    observed_at: datetime | None = strawberry.field(
        description="When the data that the check judged was read; null when no check was at work."
    )
    evaluated: BigInt | None = strawberry.field(description="How many rows the check judged; null when it counts none.")
    failed: BigInt | None = strawberry.field(description="How many of them failed; null when it counts none.")
    run_id: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, entry: history.HistoryEntry) -> Self:
        return mirror(cls, entry)
