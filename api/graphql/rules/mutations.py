# ruff: noqa: A002 - resolver arguments bear the names of the schema
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import strawberry

from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.ids import read_id
from api.graphql.problems import CallProblem, Conflict
from api.graphql.rules.types import KIND, DqRule
from domain.errors import Invalid
from domain.rules.model import RuleId, RuleState

MAX_RULES = 1000


@strawberry.input(description="What pauseDqRules needs.")
class PauseDqRulesInput:
    rule_ids: list[strawberry.ID] = strawberry.field(description=f"Ids of 1 to {MAX_RULES:,} ACTIVE rules.")


@strawberry.input(description="What activateDqRules needs.")
class ActivateDqRulesInput:
    rule_ids: list[strawberry.ID] = strawberry.field(description=f"Ids of 1 to {MAX_RULES:,} DRAFT or PAUSED rules.")


@strawberry.input(description="What retireDqRules needs.")
class RetireDqRulesInput:
    rule_ids: list[strawberry.ID] = strawberry.field(description=f"Ids of 1 to {MAX_RULES:,} rules.")


@strawberry.type(description="The rules are paused.")
class PauseDqRulesSuccess:
    rules: list[DqRule] = strawberry.field(description="The rules, in the order of the ids.")


@strawberry.type(description="The rules are active.")
class ActivateDqRulesSuccess:
    rules: list[DqRule] = strawberry.field(description="The rules, in the order of the ids.")


@strawberry.type(description="The rules are retired, and what they had found is resolved.")
class RetireDqRulesSuccess:
    rules: list[DqRule] = strawberry.field(description="The rules, in the order of the ids.")


PauseDqRulesResult: TypeAlias = Annotated[
    PauseDqRulesSuccess | Conflict | CallProblem,
    strawberry.union("PauseDqRulesResult", description="What pauseDqRules answers."),
]
ActivateDqRulesResult: TypeAlias = Annotated[
    ActivateDqRulesSuccess | Conflict | CallProblem,
    strawberry.union("ActivateDqRulesResult", description="What activateDqRules answers."),
]
RetireDqRulesResult: TypeAlias = Annotated[
    RetireDqRulesSuccess | Conflict | CallProblem,
    strawberry.union("RetireDqRulesResult", description="What retireDqRules answers."),
]


@strawberry.type
class RuleMutations:
    @mutation("Leave rules out of executions for a while; all of them or none. Needs the right WRITE.")
    async def pause_dq_rules(self, info: Info, input: PauseDqRulesInput) -> PauseDqRulesResult | None:
        return PauseDqRulesSuccess(rules=await _change(info, input.rule_ids, RuleState.PAUSED))

    @mutation("Let rules be evaluated; all of them or none. Needs the right WRITE.")
    async def activate_dq_rules(self, info: Info, input: ActivateDqRulesInput) -> ActivateDqRulesResult | None:
        return ActivateDqRulesSuccess(rules=await _change(info, input.rule_ids, RuleState.ACTIVE))

    @mutation("End rules for good and resolve what they found; all of them or none. Needs the right WRITE.")
    async def retire_dq_rules(self, info: Info, input: RetireDqRulesInput) -> RetireDqRulesResult | None:
        return RetireDqRulesSuccess(rules=await _change(info, input.rule_ids, RuleState.RETIRED))


async def _change(info: Info, ids: Sequence[strawberry.ID], state: RuleState) -> list[DqRule]:
    if not 1 <= len(ids) <= MAX_RULES:
        raise Invalid("ruleIds", f"Name 1 to {MAX_RULES:,} rules.")
    keys = list(dict.fromkeys(RuleId(read_id(KIND, text)) for text in ids))
    return [DqRule.of(rule) for rule in await info.context.domain.rule_states.change(info.context.actor, keys, state)]
