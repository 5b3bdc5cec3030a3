# ruff: noqa: A002 - resolver arguments bear the names of the schema
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.graphql.assets.queries import Scope
from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.fields import extends, field
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last, Listing, given
from api.graphql.rules.types import DqRule, KindOfRule
from domain.fqn import Fqn
from domain.pages import PageRequest
from domain.rules.model import KINDS, RuleKind, RuleState
from domain.rules.queries import RuleFilter

RULES = Listing("rule", UUID)


@strawberry.input(description="Which rules to list. Conditions are joined by AND, the values of one by OR.")
class DqRuleFilter:
    states: list[RuleState] | None = strawberry.field(default=UNSET, description="In one of these states.")
    kinds: list[RuleKind] | None = strawberry.field(default=UNSET, description="Of one of these kinds.")
    dimensions: list[str] | None = strawberry.field(default=UNSET, description="Scoring one of these dimensions.")

    def read(self) -> RuleFilter:
        return RuleFilter(
            tuple(given(self.states) or ()), tuple(given(self.kinds) or ()), tuple(given(self.dimensions) or ())
        )


Filter: TypeAlias = Annotated[DqRuleFilter | None, strawberry.argument(description="Which rules to list.")]


@strawberry.type
class RuleQueries:
    @field("Data-quality rules, in the order in which they were made.")
    async def dq_rules(
        self,
        info: Info,
        scope: Scope = UNSET,
        filter: Filter = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[DqRule] | None:
        return await _rules(info, given(scope), filter, RULES.request(first, after, last, before))

    @field("The kinds of checks that a rule can be; a short list.")
    def dq_rule_kinds(self) -> list[KindOfRule] | None:
        return [
            mirror(KindOfRule, spec, kind=kind, required=sorted(spec.required), optional=sorted(spec.optional))
            for kind, spec in KINDS.items()
        ]


@extends(Asset, "The rules that judge this asset or something below it, in the order in which they were made.")
async def rules(
    root: strawberry.Parent[Asset],
    info: Info,
    filter: Filter = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Connection[DqRule]:
    return await _rules(info, root.fqn, filter, RULES.request(first, after, last, before))


async def _rules(info: Info, scope: Fqn | None, filter: Filter, request: PageRequest) -> Connection[DqRule]:
    wanted = (given(filter) or DqRuleFilter()).read()
    page = await info.context.read.rules.page(info.context.tenant, scope, wanted, request)
    return RULES.connect(page, DqRule.of)
