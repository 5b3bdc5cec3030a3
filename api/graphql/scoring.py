# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Changing what is scored, how much it counts, and what a save makes stale."""

from decimal import Decimal
from typing import Annotated, Self, TypeAlias

import strawberry
from strawberry import UNSET

import api.graphql.runs.enums  # noqa: F401 - describes the enums that are used below
from api.graphql.context import Info
from api.graphql.fields import field, mutation
from api.graphql.metrics import Dimension, Metric
from api.graphql.mirror import mirror
from api.graphql.pages import given
from api.graphql.problems import CallProblem, Conflict
from domain.metrics import model
from domain.metrics.model import MAX_DESCRIPTION, AssessmentType
from domain.runs.model import RunType

BASE = "The version that the change is based on."
DESCRIPTION = f"Another description, 1 to {MAX_DESCRIPTION:,} characters."


@strawberry.type(description="What saving a run of a kind makes stale.")
class Invalidation:
    run_type: RunType = strawberry.field(description="The kind of work that is saved.")
    assessment_types: list[AssessmentType] = strawberry.field(
        description="Scores of these turn to PENDING; empty when none do."
    )
    version: int = strawberry.field(description="Grows with each change.")

    @classmethod
    def of(cls, invalidation: model.Invalidation) -> Self:
        return mirror(
            cls,
            invalidation,
            run_type=RunType(invalidation.run_type),
            assessment_types=list(invalidation.assessment_types),
        )


@strawberry.input(description="What updateDimension needs. What is left out or null stays as it is.")
class UpdateDimensionInput:
    name: str = strawberry.field(description="Name of the dimension.")
    expected_version: int = strawberry.field(description=BASE)
    weight: Decimal | None = strawberry.field(
        default=UNSET, description="How much it is to count, 0 or more; 0 leaves it out."
    )
    description: str | None = strawberry.field(default=UNSET, description=DESCRIPTION)


@strawberry.input(description="What updateMetric needs. What is left out or null stays as it is.")
class UpdateMetricInput:
    name: str = strawberry.field(description="Name of the metric.")
    expected_version: int = strawberry.field(description=BASE)
    target: Decimal | None = strawberry.field(default=UNSET, description="The score to reach, 0 to 1.")
    clear_target: bool | None = strawberry.field(default=False, description="Whether it is to have no target.")
    description: str | None = strawberry.field(default=UNSET, description=DESCRIPTION)


@strawberry.input(description="What updateInvalidation needs.")
class UpdateInvalidationInput:
    run_type: RunType = strawberry.field(description="The kind of work that is saved.")
    expected_version: int = strawberry.field(description=BASE)
    assessment_types: list[AssessmentType] = strawberry.field(
        description="What saving it is to make stale; empty for nothing."
    )


@strawberry.type(description="The dimension has a new version. What was scored before stays as it was.")
class UpdateDimensionSuccess:
    dimension: Dimension = strawberry.field(description="The dimension.")


@strawberry.type(description="The metric has a new version. What was scored before stays as it was.")
class UpdateMetricSuccess:
    metric: Metric = strawberry.field(description="The metric.")


@strawberry.type(description="Saves from now on make something else stale.")
class UpdateInvalidationSuccess:
    invalidation: Invalidation = strawberry.field(description="What saving a run of this kind makes stale.")


UpdateDimensionResult: TypeAlias = Annotated[
    UpdateDimensionSuccess | Conflict | CallProblem,
    strawberry.union("UpdateDimensionResult", description="What updateDimension answers."),
]
UpdateMetricResult: TypeAlias = Annotated[
    UpdateMetricSuccess | Conflict | CallProblem,
    strawberry.union("UpdateMetricResult", description="What updateMetric answers."),
]
UpdateInvalidationResult: TypeAlias = Annotated[
    UpdateInvalidationSuccess | Conflict | CallProblem,
    strawberry.union("UpdateInvalidationResult", description="What updateInvalidation answers."),
]


@strawberry.type
class ScoringQueries:
    @field("What saving runs makes stale, for each kind of work that is saved; a short list.")
    async def invalidations(self, info: Info) -> list[Invalidation] | None:
        return [
            Invalidation.of(found) for found in await info.context.read.scorecards.invalidations(info.context.tenant)
        ]


@strawberry.type
class ScoringMutations:
    @mutation("Give a dimension another weight or description. Needs the right WRITE.")
    async def update_dimension(self, info: Info, input: UpdateDimensionInput) -> UpdateDimensionResult | None:
        changed = await info.context.domain.metrics.update_dimension(
            info.context.actor,
            input.name,
            input.expected_version,
            weight=given(input.weight),
            description=given(input.description),
        )
        return UpdateDimensionSuccess(dimension=Dimension.of(changed))

    @mutation("Give a metric a target or another description. Needs the right WRITE.")
    async def update_metric(self, info: Info, input: UpdateMetricInput) -> UpdateMetricResult | None:
        changed = await info.context.domain.metrics.update_metric(
            info.context.actor,
            input.name,
            input.expected_version,
            target=given(input.target),
            clear_target=bool(input.clear_target),
            description=given(input.description),
        )
        return UpdateMetricSuccess(metric=mirror(Metric, changed))

    @mutation("Say what saving a kind of work makes stale. Needs the right WRITE.")
    async def update_invalidation(self, info: Info, input: UpdateInvalidationInput) -> UpdateInvalidationResult | None:
        changed = await info.context.domain.metrics.set_invalidation(
            info.context.actor, input.run_type, input.assessment_types, input.expected_version
        )
        return UpdateInvalidationSuccess(invalidation=Invalidation.of(changed))
