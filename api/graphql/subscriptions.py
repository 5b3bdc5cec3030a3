from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from api.graphql.assets.queries import Scope
from api.graphql.context import Info
from api.graphql.events import EVENTS, DomainEvent, EventTypes, Resume, cursor_of, names_of, position_of
from api.graphql.fields import subscription
from api.graphql.mirror import mirror
from api.graphql.pages import given
from api.graphql.scorecards import Scorecard, WeightOverrides, read_scorecard
from domain import events
from domain.events import CommittedEvent
from domain.fqn import Fqn


@strawberry.type(description="A scorecard that changed.")
class ScorecardChange:
    cursor: str = strawberry.field(description="Resumes after it.")
    scorecard: Scorecard = strawberry.field(description="The scorecard as it is now.")
    position: strawberry.Private[int]

    @classmethod
    async def read(cls, read: Callable[[], Awaitable[Scorecard]], position: int) -> Self:
        """Now, when all up to the position has happened; so nothing up to there needs to be told any more."""
        return cls(cursor=EVENTS.write(str(position)), scorecard=await read(), position=position)


@strawberry.type(description="What one transaction did to violations, in numbers.")
class ViolationsChange:
    cursor: str = strawberry.field(description="Resumes after it.")
    occurred_at: datetime = strawberry.field(description="When it was done.")
    scopes: list[Fqn] = strawberry.field(description="Where: the assets themselves, or what holds them.")
    opened: int = strawberry.field(description="How many were opened or reopened.")
    recurred: int = strawberry.field(description="How many were seen again.")
    resolved: int = strawberry.field(description="How many were resolved.")
    updated: int = strawberry.field(description="How many a person changed.")

    @classmethod
    def of(cls, committed: CommittedEvent, event: events.ViolationsChanged) -> Self:
        scopes = [Fqn.parse(text) for text in event.scopes]
        return mirror(cls, event, cursor=cursor_of(committed), occurred_at=committed.occurred_at, scopes=scopes)


@strawberry.type
class NewsSubscriptions:
    @subscription(
        "A scorecard, live: as it is, then again whenever something in its scope was measured or invalidated, or a "
        "weight or target was changed. "
        "With `after` it begins with the first change since. A slow subscriber is told the newest, not each one."
    )
    async def scorecard_changed(
        self,
        info: Info,
        scope: Annotated[Fqn, strawberry.argument(description="The asset, with all below it.")],
        after: Resume = UNSET,
        weight_overrides: WeightOverrides = UNSET,
    ) -> AsyncGenerator[ScorecardChange, None]:
        context, resumed = info.context, position_of(given(after))
        read = partial(ScorecardChange.read, partial(read_scorecard, info, scope, overrides=given(weight_overrides)))
        told = context.hub.position if resumed is None else resumed
        if resumed is None:
            yield await context.audience.reading(scope, told, told, read)
        async for committed in context.hub.events(context.tenant, told):
            if _changes_scorecard(committed, scope) and committed.sequence > told:
                change = await context.audience.reading(scope, committed.sequence, context.hub.position, read)
                told = change.position
                yield change

    @subscription("Violations that change, in numbers: one message for each transaction that changed some.")
    async def violations_changed(
        self, info: Info, scope: Scope = UNSET, after: Resume = UNSET
    ) -> AsyncGenerator[ViolationsChange, None]:
        context, wanted = info.context, given(scope)
        async for committed in context.hub.events(context.tenant, position_of(given(after))):
            event = committed.event
            if isinstance(event, events.ViolationsChanged) and (wanted is None or committed.concerns(wanted)):
                yield context.audience.told(committed, partial(ViolationsChange.of, committed, event))

    @subscription("Everything that happens in the project, in the order in which it was committed.")
    async def events(
        self, info: Info, after: Resume = UNSET, scope: Scope = UNSET, types: EventTypes = UNSET
    ) -> AsyncGenerator[DomainEvent, None]:
        context, wanted, names = info.context, given(scope), names_of(given(types))
        async for committed in context.hub.events(context.tenant, position_of(given(after))):
            if (not names or committed.event.name in names) and (wanted is None or committed.concerns(wanted)):
                yield context.audience.told(committed, partial(DomainEvent.of, committed))


def _changes_scorecard(committed: CommittedEvent, scope: Fqn) -> bool:
    """Whether a scorecard of the scope may read differently; weights and targets are those of every scope."""
    match committed.event:
        case events.ScorecardChanged():
            return committed.concerns(scope)
        case events.ScoringChanged():
            return True
    return False
