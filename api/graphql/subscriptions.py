from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry import UNSET

from api.graphql.assets.queries import Scope
from api.graphql.context import Info
from api.graphql.events import EVENTS, DomainEvent, EventTypes, Resume, cursor_of, names_of, position_of
from api.graphql.fields import subscription
from api.graphql.mirror import mirror
from api.graphql.pages import given
from api.graphql.scorecards import Scorecard, read_scorecard
from domain import events
from domain.events import CommittedEvent
from domain.fqn import Fqn


@strawberry.type(description="A scorecard that changed.")
class ScorecardChange:
    cursor: str = strawberry.field(description="Resumes after it.")
    scorecard: Scorecard = strawberry.field(description="The scorecard as it is now.")


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
        "A scorecard, live: as it is, then again whenever something in its scope was measured or invalidated. "
        "With `after` it begins with the first change since. A slow subscriber is told the newest, not each one."
    )
    async def scorecard_changed(
        self,
        info: Info,
        scope: Annotated[Fqn, strawberry.argument(description="The asset, with all below it.")],
        after: Resume = UNSET,
    ) -> AsyncGenerator[ScorecardChange, None]:
        context, resumed = info.context, position_of(given(after))
        told = context.hub.position if resumed is None else resumed
        if resumed is None:
            yield ScorecardChange(cursor=EVENTS.write(str(told)), scorecard=await read_scorecard(info, scope))
        async for committed in context.hub.events(context.tenant, told):
            changed = isinstance(committed.event, events.ScorecardChanged) and committed.concerns(scope)
            if changed and committed.sequence > told:
                told = context.hub.position  # all up to here is in what is read next
                yield ScorecardChange(cursor=cursor_of(committed), scorecard=await read_scorecard(info, scope))

    @subscription("Violations that change, in numbers: one message for each transaction that changed some.")
    async def violations_changed(
        self, info: Info, scope: Scope = UNSET, after: Resume = UNSET
    ) -> AsyncGenerator[ViolationsChange, None]:
        context, wanted = info.context, given(scope)
        async for committed in context.hub.events(context.tenant, position_of(given(after))):
            event = committed.event
            if isinstance(event, events.ViolationsChanged) and (wanted is None or committed.concerns(wanted)):
                yield ViolationsChange.of(committed, event)

    @subscription("Everything that happens in the project, in the order in which it was committed.")
    async def events(
        self, info: Info, after: Resume = UNSET, scope: Scope = UNSET, types: EventTypes = UNSET
    ) -> AsyncGenerator[DomainEvent, None]:
        context, wanted, names = info.context, given(scope), names_of(given(types))
        async for committed in context.hub.events(context.tenant, position_of(given(after))):
            if (not names or committed.event.name in names) and (wanted is None or committed.concerns(wanted)):
                yield DomainEvent.of(committed)
