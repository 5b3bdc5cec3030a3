# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Trying a rule: a run that tells what the rule says of the data."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import extends, mutation
from api.graphql.ids import read_id
from api.graphql.mirror import mirror
from api.graphql.pages import given
from api.graphql.rules.types import KIND, Evaluated, rows_of
from api.graphql.rules.writing import RuleDefinitionInput
from api.graphql.runs.inputs import KEY
from api.graphql.runs.starting import Started, TargetProblem
from api.graphql.runs.types import WorkflowRun
from domain.rules.model import RuleDefinition, RuleId


@strawberry.input(one_of=True, description="A rule to try: one that is kept, or one that is not written yet.")
class TriedRuleInput:
    rule_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Id of a rule.")
    definition: RuleDefinitionInput | None = strawberry.field(default=UNSET, description="What it would check.")

    def read(self) -> RuleDefinition | RuleId:
        if definition := given(self.definition):
            return definition.read()
        rule_id = given(self.rule_id)
        assert rule_id is not None  # @oneOf lets nothing else through
        return RuleId(read_id(KIND, rule_id))


@strawberry.input(description="What tryDqRule needs.")
class TryDqRuleInput:
    rule: TriedRuleInput = strawberry.field(description="The rule.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)


@strawberry.type(description="The trial was asked for; `run.trial` tells what the rule said.")
class TryDqRuleSuccess(Started):
    pass


TryDqRuleResult: TypeAlias = Annotated[
    TryDqRuleSuccess | TargetProblem, strawberry.union("TryDqRuleResult", description="What tryDqRule answers.")
]


@strawberry.type
class TrialMutations:
    @mutation(
        "Evaluate a rule on the data without keeping score or opening violations. "
        "Needs the right RUN, and WRITE for a rule that is not written yet."
    )
    async def try_dq_rule(self, info: Info, input: TryDqRuleInput) -> TryDqRuleResult | None:
        trials, key = info.context.domain.trials, given(input.idempotency_key)
        return TryDqRuleSuccess(run=WorkflowRun.of(await trials.start(info.context.actor, input.rule.read(), key)))


@strawberry.type(description="What a rule said that was tried.")
class RuleTrial(Evaluated):
    pass


@extends(WorkflowRun, "What the rule said that it tried; null for other runs, and until it has done so.")
async def trial(root: strawberry.Parent[WorkflowRun], info: Info) -> RuleTrial | None:
    found = await info.context.loaders.trials.load(root.run.id)
    if found is None:
        return None
    return mirror(RuleTrial, found.evaluation, failing_rows=rows_of(found.evaluation, shows=found.shows_rows))
