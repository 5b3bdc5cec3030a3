from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry
from strawberry.scalars import JSON

import api.graphql.rules.enums  # noqa: F401 - describes the enums that are used below
from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.ids import Node, write_id
from api.graphql.metrics import Dimension, dimension_named
from api.graphql.mirror import mirror
from api.graphql.scalars import BigInt
from domain.fqn import Fqn
from domain.rules import model
from domain.rules.model import Outcome, RuleId, RuleKind, RuleState, Severity
from domain.rules.queries import RuleExecution as Execution

KIND = "DqRule"


@strawberry.type(description="Rows that fail a rule: a bounded sample of their keys, and how to find all of them.")
class FailingRows:
    keys: list[JSON] = strawberry.field(
        description="Key columns with their values, as text; personal ones masked. At most a small sample."
    )
    sql: str | None = strawberry.field(
        description="The statement that finds all of them in the source; null where there is none."
    )


@strawberry.type(description="What a rule said.")
class Evaluated:
    observed_at: datetime = strawberry.field(description="When the data was read.")
    outcome: Outcome = strawberry.field(description="What it said.")
    evaluated: BigInt = strawberry.field(description="Rows that the rule speaks about; 1 for a table as a whole.")
    failed: BigInt = strawberry.field(description="How many of them failed.")
    error: str | None = strawberry.field(description="Why it could not be evaluated; null unless the outcome is ERROR.")
    seconds: float = strawberry.field(description="How long it took.")
    failing_rows: FailingRows | None = strawberry.field(
        description="Which rows failed; null for those without the right READ_ROWS."
    )


@strawberry.type(description="One evaluation of one version of a rule.")
class RuleExecution(Evaluated):
    rule_version: int = strawberry.field(description="The version that was evaluated.")

    @classmethod
    def of(cls, execution: Execution) -> Self:
        found = execution.evaluation
        rows = rows_of(found, shows=execution.shows_rows)
        return mirror(cls, found, rule_version=execution.rule_version, failing_rows=rows)


def rows_of(found: model.Evaluation, *, shows: bool) -> FailingRows | None:
    return FailingRows(keys=[JSON(key) for key in found.failing_keys], sql=found.failing_rows_sql) if shows else None


@strawberry.type(description="A typed, versioned check on a column, on a table, or on a pair of columns.")
class DqRule(Node):
    kind: RuleKind = strawberry.field(description="The check that it is.")
    table_fqn: Fqn = strawberry.field(description="FQN of the table whose rows it judges.")
    asset_fqn: Fqn = strawberry.field(description="FQN of what it judges: a column, or the table as a whole.")
    columns: list[str] = strawberry.field(description="The columns that it looks at; empty for a whole table.")
    parameters: JSON = strawberry.field(description="Bounds, values, pattern: by name, as dqRuleKinds lists them.")
    threshold: Decimal = strawberry.field(description="Smallest share of passing rows with which it still passes.")
    ignores_nulls: bool = strawberry.field(description="Whether a null is not counted at all.")
    severity: Severity = strawberry.field(description="How bad a failure is.")
    meaning: str = strawberry.field(description="The rule in plain words.")
    rationale: str = strawberry.field(description="Why it is there; empty where a person gave no reason.")
    confidence: float = strawberry.field(description="How sure the proposal was, between 0 and 1.")
    state: RuleState = strawberry.field(description="Whether it is evaluated.")
    version: int = strawberry.field(description="Grows with each change of the definition.")
    origin: str = strawberry.field(description="`profile`, `person`, or the provider and model that suggested it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    rule: strawberry.Private[model.DqRule]

    @classmethod
    def of(cls, rule: model.DqRule) -> Self:
        definition = rule.definition
        return mirror(
            cls,
            rule,
            id=write_id(KIND, rule.id),
            rule=rule,
            kind=definition.kind,
            table_fqn=definition.table,
            asset_fqn=definition.asset,
            columns=definition.columns,
            parameters=definition.parameters,
            threshold=definition.threshold,
            ignores_nulls=definition.ignores_nulls,
            severity=definition.severity,
        )

    @field("The table whose rows it judges; null when the catalogue does not hold it any more.")
    async def table(self, info: Info) -> Asset | None:
        found = await info.context.loaders.assets.load(self.table_fqn)
        return Asset.of(found) if found else None

    @field("What it judges: a column or a table; null when the catalogue does not hold it any more.")
    async def asset(self, info: Info) -> Asset | None:
        found = await info.context.loaders.assets.load(self.asset_fqn)
        return Asset.of(found) if found else None

    @field("The dimension that it scores; null when there is no such dimension.")
    async def dimension(self, info: Info) -> Dimension | None:
        return await dimension_named(info, self.rule.definition.dimension)

    @field("Its newest evaluation; null while there is none.")
    async def newest_execution(self, info: Info) -> RuleExecution | None:
        found = await info.context.loaders.executions.load(RuleId(self.rule.id))
        return RuleExecution.of(found) if found else None


@strawberry.type(name="DqRuleKind", description="A kind of check, and what a rule of the kind needs.")
class KindOfRule:
    kind: RuleKind = strawberry.field(description="The kind.")
    description: str = strawberry.field(description="When a row, or the table, passes.")
    dimension: str = strawberry.field(description="Name of the dimension that it scores unless a rule says otherwise.")
    min_columns: int = strawberry.field(description="Fewest columns of a rule.")
    max_columns: int = strawberry.field(description="Most columns of a rule; 0 for a check of the whole table.")
    required: list[str] = strawberry.field(description="Names of the parameters that a rule must give.")
    optional: list[str] = strawberry.field(description="Names of the parameters that it may give.")
    counts_rows: bool = strawberry.field(description="False for a check that passes or fails for the table as a whole.")
