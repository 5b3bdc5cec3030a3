# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Rules that people write and change."""

from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

import api.graphql.rules.enums  # noqa: F401 - describes the enums that are used below
from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.ids import read_id
from api.graphql.pages import given
from api.graphql.problems import CallProblem, Conflict
from api.graphql.rules.types import KIND, DqRule
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.rules.model import (
    MAX_RATIONALE_LENGTH,
    RuleDefinition,
    RuleEdit,
    RuleId,
    RuleKind,
    Severity,
    WrittenRule,
)

PARAMETERS = "By name, as dqRuleKinds lists them: bounds, values, a pattern."
THRESHOLD = "Smallest share of passing rows with which it still passes, above 0 and at most 1"
NULLS = "Whether a null is not counted at all"
REASON = f"Why the rule is there, in at most {MAX_RATIONALE_LENGTH:,} characters"


@strawberry.input(description="One check in the rule language.")
class RuleDefinitionInput:
    table: Fqn = strawberry.field(description="The table or view whose rows it judges.")
    kind: RuleKind = strawberry.field(description="The check that it is.")
    columns: list[str] = strawberry.field(
        default_factory=list, description="Names of the columns that it looks at; none for a whole table."
    )
    parameters: JSON | None = strawberry.field(default=UNSET, description=PARAMETERS)
    threshold: Decimal = strawberry.field(default=Decimal(1), description=f"{THRESHOLD}; 1 means every row.")
    ignores_nulls: bool = strawberry.field(default=True, description=f"{NULLS}.")
    severity: Severity = strawberry.field(default=Severity.MEDIUM, description="How bad a failure is.")
    dimension: str | None = strawberry.field(
        default=UNSET, description="Name of the dimension that it scores; that of its kind when left out."
    )

    def read(self) -> RuleDefinition:
        return RuleDefinition(
            kind=self.kind,
            table=self.table,
            columns=tuple(self.columns),
            parameters=_parameters(given(self.parameters) or {}),
            threshold=self.threshold,
            ignores_nulls=self.ignores_nulls,
            severity=self.severity,
            dimension=given(self.dimension) or "",
        )


@strawberry.input(description="What createDqRule needs.")
class CreateDqRuleInput:
    definition: RuleDefinitionInput = strawberry.field(description="What it checks.")
    rationale: str | None = strawberry.field(default=UNSET, description=f"{REASON}.")
    activate: bool = strawberry.field(
        default=False, description="Whether it is evaluated from now on; otherwise it is a DRAFT."
    )


@strawberry.input(description="What updateDqRule needs. What is left out stays as it is.")
class UpdateDqRuleInput:
    rule_id: strawberry.ID = strawberry.field(description="Id of a rule that is not RETIRED.")
    expected_version: int = strawberry.field(description="The version that the change is based on.")
    parameters: JSON | None = strawberry.field(default=UNSET, description=f"All of them anew. {PARAMETERS}")
    threshold: Decimal | None = strawberry.field(default=UNSET, description=f"{THRESHOLD}.")
    ignores_nulls: bool | None = strawberry.field(default=UNSET, description=f"{NULLS}.")
    severity: Severity | None = strawberry.field(default=UNSET, description="How bad a failure is.")
    rationale: str | None = strawberry.field(default=UNSET, description=f"{REASON}; an empty text takes it away.")

    def read(self) -> RuleEdit:
        parameters = given(self.parameters)
        return RuleEdit(
            parameters=None if parameters is None else _parameters(parameters),
            threshold=given(self.threshold),
            ignores_nulls=given(self.ignores_nulls),
            severity=given(self.severity),
            rationale=given(self.rationale),
        )


def _parameters(shown: object) -> dict[str, Any]:  # what they may hold, the definition checks
    if not isinstance(shown, dict):
        raise Invalid("parameters", "parameters is an object of names and values.")
    return shown


@strawberry.type(description="The rule was written.")
class CreateDqRuleSuccess:
    rule: DqRule = strawberry.field(description="The new rule.")


@strawberry.type(description="The rule is as it was wanted.")
class UpdateDqRuleSuccess:
    rule: DqRule = strawberry.field(description="The rule in its newest version.")


CreateDqRuleResult: TypeAlias = Annotated[
    CreateDqRuleSuccess | Conflict | CallProblem,
    strawberry.union("CreateDqRuleResult", description="What createDqRule answers."),
]
UpdateDqRuleResult: TypeAlias = Annotated[
    UpdateDqRuleSuccess | Conflict | CallProblem,
    strawberry.union("UpdateDqRuleResult", description="What updateDqRule answers."),
]


@strawberry.type
class RuleWriting:
    @mutation("Write a rule. Needs the right WRITE.")
    async def create_dq_rule(self, info: Info, input: CreateDqRuleInput) -> CreateDqRuleResult | None:
        written = WrittenRule(input.definition.read(), given(input.rationale) or "", input.activate)
        return CreateDqRuleSuccess(rule=DqRule.of(await info.context.domain.rules.create(info.context.actor, written)))

    @mutation("Change the bounds, the threshold or the severity of a rule: a new version. Needs the right WRITE.")
    async def update_dq_rule(self, info: Info, input: UpdateDqRuleInput) -> UpdateDqRuleResult | None:
        key, rules = RuleId(read_id(KIND, input.rule_id)), info.context.domain.rules
        changed = await rules.update(info.context.actor, key, input.expected_version, input.read())
        return UpdateDqRuleSuccess(rule=DqRule.of(changed))
