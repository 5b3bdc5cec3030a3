"""Domain events as the schema shows them, and the cursors by which subscriptions resume."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Self, TypeAlias

import strawberry
from strawberry.scalars import JSON

from api.graphql.enums import describe
from api.graphql.mirror import mirror
from api.graphql.pages import Listing
from domain import events
from domain.events import CommittedEvent
from domain.fqn import Fqn

EVENTS = Listing("event", int)
"""Keys are sequence numbers: a cursor of the list is good for a subscription, and the other way round."""


class EventType(Enum):
    RUN_REQUESTED = events.RunRequested.name
    RUN_ADMITTED = events.RunAdmitted.name
    RUN_CANCEL_REQUESTED = events.RunCancelRequested.name
    RUN_RETRY_REQUESTED = events.RunRetryRequested.name
    RUN_STATE_CHANGED = events.RunStateChanged.name
    RUN_PROGRESSED = events.RunProgressed.name
    RUN_LOGGED = events.RunLogged.name
    RUN_APPROVED = events.RunApproved.name
    RUN_REJECTED = events.RunRejected.name
    APPROVAL_RESET = events.ApprovalReset.name
    APPROVAL_UNDONE = events.ApprovalUndone.name
    SCORECARD_CHANGED = events.ScorecardChanged.name
    SCORING_CHANGED = events.ScoringChanged.name
    VIOLATIONS_CHANGED = events.ViolationsChanged.name
    ASSET_CREATED = events.AssetCreated.name
    ASSETS_CHANGED = events.AssetsChanged.name
    RULES_CHANGED = events.RulesChanged.name
    GLOSSARY_CHANGED = events.GlossaryChanged.name
    CONNECTION_CHANGED = events.ConnectionChanged.name
    CONFIGURATION_CHANGED = events.ConfigurationChanged.name


describe(
    EventType,
    "The kinds of domain events.",
    {
        EventType.RUN_REQUESTED: "Somebody asked for a run.",
        EventType.RUN_ADMITTED: "A run may begin: there is room for it at its source.",
        EventType.RUN_CANCEL_REQUESTED: "Somebody asked for the end of a run.",
        EventType.RUN_RETRY_REQUESTED: "Somebody asked for another try of a run.",
        EventType.RUN_STATE_CHANGED: "A run has another status.",
        EventType.RUN_PROGRESSED: "An item of a run has another status.",
        EventType.RUN_LOGGED: "A run said something to the people who follow it.",
        EventType.RUN_APPROVED: "A run was saved.",
        EventType.RUN_REJECTED: "A run was decided against.",
        EventType.APPROVAL_RESET: "A rejection was taken back.",
        EventType.APPROVAL_UNDONE: "A save was taken back, with all that it did.",
        EventType.SCORECARD_CHANGED: "There are new measurements, or a save invalidated some.",
        EventType.SCORING_CHANGED: "A dimension, a metric or what a save makes stale was changed.",
        EventType.VIOLATIONS_CHANGED: "Violations were opened, seen again, resolved or updated.",
        EventType.ASSET_CREATED: "A service or database was announced.",
        EventType.ASSETS_CHANGED: "Assets were added, changed or lost.",
        EventType.RULES_CHANGED: "Rules have another state.",
        EventType.GLOSSARY_CHANGED: "A term was made, changed or deleted, or assets were linked to it or let go.",
        EventType.CONNECTION_CHANGED: "A connection was made, changed, tested or deleted.",
        EventType.CONFIGURATION_CHANGED: "A workflow configuration was made, changed or deleted.",
    },
)

EventTypes: TypeAlias = Annotated[
    list[EventType] | None, strawberry.argument(description="Only events of these kinds.")
]

Resume: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="Cursor of the last event that was seen: what came since is told first. Refused as BAD_USER_INPUT "
        "where some of that has expired: leave it out and begin anew."
    ),
]


def names_of(types: Sequence[EventType] | None) -> Sequence[str]:
    return [kind.value for kind in types or ()]


@strawberry.type(description="Something that happened, told by the transaction that did it.")
class DomainEvent:
    cursor: str = strawberry.field(description="Its place in the order of all events; resumes after it.")
    type: EventType = strawberry.field(description="What happened.")
    occurred_at: datetime = strawberry.field(description="When it happened.")
    actor: str = strawberry.field(description="Who did it.")
    scopes: list[Fqn] = strawberry.field(description="The parts of the catalogue that it concerns; empty for none.")
    payload: JSON = strawberry.field(description="What there is to say; the shape depends on the kind.")
    event: strawberry.Private[events.DomainEvent]

    @classmethod
    def of(cls, committed: CommittedEvent) -> Self:
        event = committed.event
        return mirror(
            cls,
            committed,
            event=event,
            cursor=cursor_of(committed),
            type=EventType(event.name),
            scopes=[Fqn.parse(text) for text in event.scopes],
            payload=event.payload(),
        )


def cursor_of(committed: CommittedEvent) -> str:
    return EVENTS.write(str(committed.sequence))


def position_of(cursor: str | None) -> int | None:
    """The sequence number of a cursor; None for no cursor."""
    return None if cursor is None else int(EVENTS.read("after", cursor))
