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
from api.graphql.violations.types import Violation
from domain.fqn import Fqn
from domain.pages import PageRequest
from domain.rules.model import RuleId, Severity
from domain.violations.model import ViolationStatus
from domain.violations.queries import ViolationFilter as WantedViolations

VIOLATIONS = Listing("violation", UUID)


@strawberry.input(description="Which violations to list. Conditions are joined by AND, the values of one by OR.")
class ViolationFilter:
    status: list[ViolationStatus] | None = strawberry.field(default=UNSET, description="In one of these states.")
    severity: list[Severity] | None = strawberry.field(default=UNSET, description="Of one of these severities.")
    dimension: list[str] | None = strawberry.field(default=UNSET, description="Lowering one of these dimensions.")
    rule: strawberry.ID | None = strawberry.field(default=UNSET, description="Found by the rule of this id.")
    opened_after: datetime | None = strawberry.field(default=UNSET, description="Opened after this moment.")

    def read(self) -> WantedViolations:
        rule = given(self.rule)
        return WantedViolations(
            tuple(given(self.status) or ()),
            tuple(given(self.severity) or ()),
            tuple(given(self.dimension) or ()),
            RuleId(read_id(RULE, rule)) if rule else None,
            given(self.opened_after),
        )


Filter: TypeAlias = Annotated[ViolationFilter | None, strawberry.argument(description="Which violations to list.")]


@strawberry.type
class ViolationQueries:
    @field("Violations, the newest first.")
    async def violations(
        self,
        info: Info,
        scope: Scope = UNSET,
        filter: Filter = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CountedConnection[Violation] | None:
        wanted = (given(filter) or ViolationFilter()).read()
        return await list_violations(info, given(scope), wanted, VIOLATIONS.request(first, after, last, before))


@extends(Asset, "The problems of this asset and of all below it, the newest first.")
async def violations(
    root: strawberry.Parent[Asset],
    info: Info,
    filter: Filter = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> CountedConnection[Violation]:
    wanted = (given(filter) or ViolationFilter()).read()
    return await list_violations(info, root.fqn, wanted, VIOLATIONS.request(first, after, last, before))


async def list_violations(
    info: Info, scope: Fqn | None, wanted: WantedViolations, request: PageRequest
) -> CountedConnection[Violation]:
    read, tenant = info.context.read.violations, info.context.tenant
    page = await read.page(tenant, scope, wanted, request)
    return VIOLATIONS.count(page, Violation.of, partial(read.count, tenant, scope, wanted))
