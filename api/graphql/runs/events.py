"""What a subscriber to one run is told, and where in the stream it was told."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from api.graphql.pages import Listing
from api.graphql.problems import InvalidInput, NotFound
from api.graphql.runs.types import RunProgress, WorkflowRun
from domain.events import CommittedEvent, RunLogged, RunProgressed, RunStateChanged
from domain.fqn import Fqn
from domain.runs import model
from domain.runs.model import ItemStatus, RunStatus


@dataclass(frozen=True, slots=True)
class Known:
    """The state of the run in the snapshot with which a subscription began."""

    status: RunStatus
    at: datetime

    def includes(self, event: RunStateChanged) -> bool:
        """Whether it had happened when the snapshot was taken. A second try is PENDING from the end of the first."""
        if event.state_at == self.at:
            return self.status in {event.status, RunStatus.PENDING}
        return event.state_at < self.at


def _read_place(key: str) -> "Place":
    sequence, ended, at, status = key.split("@")
    known = Known(RunStatus(status), datetime.fromisoformat(at)) if status else None
    return Place(int(sequence), datetime.fromisoformat(ended) if ended else None, known)


_PLACES = Listing("run-event", _read_place)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subscriber is. `ended_at` is the time of the final state that was told, None before that."""

    sequence: int
    ended_at: datetime | None
    known: Known | None
    """None for a subscriber who has no snapshot."""

    @classmethod
    def read(cls, cursor: str) -> "Place":
        return _read_place(_PLACES.read("after", cursor))

    @classmethod
    def of_snapshot(cls, sequence: int, run: model.WorkflowRun) -> Self:
        ended_at = run.state_at if run.status.is_terminal else None
        return cls(sequence, ended_at, Known(run.status, run.state_at))

    def knows(self, event: RunStateChanged) -> bool:
        return self.known is not None and self.known.includes(event)

    def behind(self, sequence: int) -> Self:
        return replace(self, sequence=sequence, ended_at=None)

    def behind_state(self, sequence: int, event: RunStateChanged, run: model.WorkflowRun) -> Self:
        """`run` may be newer than the event."""
        has_ended = run.status.is_terminal and run.state_at <= event.state_at
        return replace(self, sequence=sequence, ended_at=run.state_at if has_ended else None)

    @property
    def cursor(self) -> str:
        ended = self.ended_at.isoformat() if self.ended_at else ""
        known = f"{self.known.at.isoformat()}@{self.known.status}" if self.known else "@"
        return _PLACES.write(f"{self.sequence}@{ended}@{known}")


@strawberry.type(description="The run as it stands when the subscription begins.")
class WorkflowRunSnapshot:
    cursor: str = strawberry.field(description="Resumes after it.")
    run: WorkflowRun = strawberry.field(description="The run.")


@strawberry.type(description="The run has another status.")
class WorkflowRunStateChanged:
    cursor: str = strawberry.field(description="Resumes after it.")
    at: datetime = strawberry.field(description="When Prefect set the status.")
    status: RunStatus = strawberry.field(description="The new status.")
    run: WorkflowRun = strawberry.field(description="The run, at least as new as the status.")

    @classmethod
    def of(cls, place: Place, event: RunStateChanged, run: model.WorkflowRun) -> Self:
        return cls(cursor=place.cursor, at=event.state_at, status=RunStatus(event.status), run=WorkflowRun.of(run))


@strawberry.type(description="An item of the run has another status. Counts are absolute, so a repetition is harmless.")
class WorkflowRunProgressed:
    cursor: str = strawberry.field(description="Resumes after it.")
    at: datetime = strawberry.field(description="When it happened.")
    item: Fqn = strawberry.field(description="FQN of the table or schema.")
    status: ItemStatus = strawberry.field(description="Where the item stands.")
    progress: RunProgress = strawberry.field(description="How far the run is, with this item.")

    @classmethod
    def of(cls, place: Place, committed: CommittedEvent, event: RunProgressed) -> Self:
        return cls(
            cursor=place.cursor,
            at=committed.occurred_at,
            item=Fqn.parse(event.item),
            status=ItemStatus(event.status),
            progress=RunProgress(completed=event.completed, failed=event.failed, total=event.total),
        )


@strawberry.type(description="The run said something to the people who follow it.")
class WorkflowRunLogged:
    cursor: str = strawberry.field(description="Resumes after it.")
    at: datetime = strawberry.field(description="When it was said.")
    level: str = strawberry.field(description="INFO, WARNING or ERROR.")
    message: str = strawberry.field(description="What was said.")

    @classmethod
    def of(cls, place: Place, committed: CommittedEvent, event: RunLogged) -> Self:
        return cls(cursor=place.cursor, at=committed.occurred_at, level=event.level, message=event.message)


RunEventProblem: TypeAlias = NotFound | InvalidInput
WorkflowRunEvent: TypeAlias = Annotated[
    WorkflowRunSnapshot | WorkflowRunStateChanged | WorkflowRunProgressed | WorkflowRunLogged | RunEventProblem,
    strawberry.union("WorkflowRunEvent", description="What a subscriber to a run is told. More kinds may come."),
]


@strawberry.type(description="A run was asked for, changed its status, got further, or was decided about.")
class WorkflowRunChange:
    cursor: str = strawberry.field(description="Resumes after it.")
    run: WorkflowRun = strawberry.field(description="The run as it stands now.")
    told: strawberry.Private[int]
    """All changes of the run up to this position are in it."""
