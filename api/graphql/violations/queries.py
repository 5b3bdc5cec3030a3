# ruff: noqa: A002 - resolver arguments bear the names of the schema
from datetime import datetime
from functools import partial
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.graphql.assets.queries import Scope
from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.fields import extends, field
from api.graphql.ids import read_id
from api.graphql.pages import After, Before, CountedConnection, First, Last, Listing, given
from api.graphql.rules.types import KIND as RULE
from api.graphql.violations.enums import OrderDirection
from api.graphql.violations.types import Violation
from domain.fqn import Fqn
from domain.pages import PageRequest
from domain.rules.model import RuleId, Severity
from domain.violations.filters import ViolationFilter as WantedViolations
from domain.violations.model import Resolution, ViolationStatus
from domain.violations.ordering import ViolationOrder as WantedOrder
from domain.violations.ordering import ViolationOrderField
from domain.violations.queries import NEWEST_FIRST

VIOLATIONS, SORTED_VIOLATIONS = Listing("violation", UUID), Listing("violation", str)


@strawberry.input(description="Which violations to list. Conditions are joined by AND, the values of one by OR.")
class ViolationFilter:
    status: list[ViolationStatus] | None = strawberry.field(default=UNSET, description="In one of these states.")
    severity: list[Severity] | None = strawberry.field(default=UNSET, description="Of one of these severities.")
    dimension: list[str] | None = strawberry.field(default=UNSET, description="Lowering one of these dimensions.")
    rule: strawberry.ID | None = strawberry.field(default=UNSET, description="Found by the rule of this id.")
    metric: list[str] | None = strawberry.field(default=UNSET, description="Lowering one of these metrics.")
    resolution: list[Resolution] | None = strawberry.field(default=UNSET, description="Over for one of these reasons.")
    opened_after: datetime | None = strawberry.field(default=UNSET, description="Opened after this moment.")
    opened_before: datetime | None = strawberry.field(default=UNSET, description="Opened before this moment.")
    last_seen_after: datetime | None = strawberry.field(
        default=UNSET, description="Whose check failed after this moment."
    )
    assignee: str | None = strawberry.field(default=UNSET, description="That this person is to mend.")
    is_assigned: bool | None = strawberry.field(
        default=UNSET, description="True for those that somebody is to mend, false for the others."
    )

    def read(self) -> WantedViolations:
        rule = given(self.rule)
        return WantedViolations(
            status=tuple(given(self.status) or ()),
            severity=tuple(given(self.severity) or ()),
            dimension=tuple(given(self.dimension) or ()),
            metric=tuple(given(self.metric) or ()),
            resolution=tuple(given(self.resolution) or ()),
            rule_id=RuleId(read_id(RULE, rule)) if rule else None,
            opened_after=given(self.opened_after),
            opened_before=given(self.opened_before),
            seen_after=given(self.last_seen_after),
            assignee=given(self.assignee),
            is_assigned=given(self.is_assigned),
        )


@strawberry.input(description="In which order to list violations. A cursor is good for its own order only.")
class ViolationOrder:
    field: ViolationOrderField = strawberry.field(description="What to sort by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which end comes first.")

    def read(self) -> WantedOrder:
        return WantedOrder(self.field, is_descending=self.direction is OrderDirection.DESC)


OrderBy: TypeAlias = Annotated[
    ViolationOrder | None, strawberry.argument(description="In which order; the newest first when left out.")
]
Filter: TypeAlias = Annotated[ViolationFilter | None, strawberry.argument(description="Which violations to list.")]


@strawberry.type
class ViolationQueries:
    @field("Violations, the newest first unless `orderBy` says otherwise.")
    async def violations(
        self,
        info: Info,
        scope: Scope = UNSET,
        filter: Filter = UNSET,
        order_by: OrderBy = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CountedConnection[Violation] | None:
        wanted, order = (given(filter) or ViolationFilter()).read(), read_order(order_by)
        request = listing_in(order).request(first, after, last, before)
        return await list_violations(info, given(scope), wanted, request, order)


@extends(Asset, "The problems of this asset and of all below it, the newest first unless `orderBy` says otherwise.")
async def violations(
    root: strawberry.Parent[Asset],
    info: Info,
    filter: Filter = UNSET,
    order_by: OrderBy = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> CountedConnection[Violation]:
    wanted, order = (given(filter) or ViolationFilter()).read(), read_order(order_by)
    request = listing_in(order).request(first, after, last, before)
    return await list_violations(info, root.fqn, wanted, request, order)


async def list_violations(
    info: Info, scope: Fqn | None, wanted: WantedViolations, request: PageRequest, order: WantedOrder = NEWEST_FIRST
) -> CountedConnection[Violation]:
    read, tenant = info.context.read.violations, info.context.tenant
    page = await read.page(tenant, scope, wanted, request, order)
    return VIOLATIONS.count(page, Violation.of, partial(read.count, tenant, scope, wanted))


def read_order(order_by: ViolationOrder | None) -> WantedOrder:
    order = given(order_by)
    return order.read() if order else NEWEST_FIRST


def listing_in(order: WantedOrder) -> Listing:
    """The key of a cursor of another order than the first is for the domain to read."""
    return VIOLATIONS if order.field is ViolationOrderField.CREATED else SORTED_VIOLATIONS
