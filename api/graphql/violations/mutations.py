# ruff: noqa: A002 - resolver arguments bear the names of the schema
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.ids import read_id, write_id
from api.graphql.pages import given
from api.graphql.problems import CallProblem, Error, problem_of
from api.graphql.violations.queries import ViolationFilter
from api.graphql.violations.types import KIND, Violation
from domain.fqn import Fqn
from domain.rules.model import Severity
from domain.violations.model import (
    MAX_ASSIGNEE,
    MAX_RESOLUTION_NOTES,
    Resolution,
    ViolationId,
    ViolationStatus,
    ViolationUpdate,
)
from domain.violations.service import MAX_BULK, UpdateResult


@strawberry.input(description="What a person decides. What is left out or null stays as it is.")
class ViolationDecision:
    status: ViolationStatus | None = strawberry.field(default=UNSET, description="Where they are to stand.")
    resolution: Resolution | None = strawberry.field(
        default=UNSET, description="With the status RESOLVED: FIXED_IN_DATA or ACCEPTED_RISK."
    )
    severity: Severity | None = strawberry.field(
        default=UNSET, description="How bad they are; no check changes it until the rule changes."
    )
    assignee: str | None = strawberry.field(
        default=UNSET, description=f"Who is to mend them, at most {MAX_ASSIGNEE} characters; empty for nobody."
    )
    notes: str | None = strawberry.field(
        default=UNSET,
        description=f"What to write down, at most {MAX_RESOLUTION_NOTES:,} characters; empty to take it away.",
    )

    def decide(self) -> ViolationUpdate:
        return ViolationUpdate(
            given(self.status), given(self.resolution), given(self.assignee), given(self.notes), given(self.severity)
        )


@strawberry.input(description="What updateViolations needs. What is left out or null stays as it is.")
class UpdateViolationsInput(ViolationDecision):
    violation_ids: list[strawberry.ID] = strawberry.field(description=f"Ids of 1 to {MAX_BULK:,} violations.")


@strawberry.input(description="What updateMatchingViolations needs. What is left out or null stays as it is.")
class UpdateMatchingViolationsInput(ViolationDecision):
    scope: Fqn = strawberry.field(description="Only violations of this asset and of all below it.")
    filter: ViolationFilter | None = strawberry.field(default=UNSET, description="Which of them; all when left out.")


@strawberry.type(description="What became of one violation: itself, or the reason why it stayed as it was.")
class ViolationUpdateResult:
    violation_id: strawberry.ID = strawberry.field(description="The id that was given.")
    violation: Violation | None = strawberry.field(description="The changed violation; null when it was not changed.")
    error: Error | None = strawberry.field(description="Why it was not changed; null when it was.")

    @classmethod
    def of(cls, result: UpdateResult) -> "ViolationUpdateResult":
        return cls(
            violation_id=write_id(KIND, result.id),
            violation=Violation.of(result.violation) if result.violation else None,
            error=problem_of(result.error) if result.error else None,
        )


@strawberry.type(description="The decision was applied to each violation that allows it.")
class UpdateViolationsSuccess:
    results: list[ViolationUpdateResult] = strawberry.field(description="One for each id, in their order.")


UpdateViolationsResult: TypeAlias = Annotated[
    UpdateViolationsSuccess | CallProblem,
    strawberry.union("UpdateViolationsResult", description="What updateViolations answers."),
]


@strawberry.type(description="The decision was applied to all that match and allow it.")
class UpdateMatchingViolationsSuccess:
    updated_count: int = strawberry.field(
        description="How many changed. Those that cannot come to the wanted status from where they stand did not."
    )


UpdateMatchingViolationsResult: TypeAlias = Annotated[
    UpdateMatchingViolationsSuccess | CallProblem,
    strawberry.union("UpdateMatchingViolationsResult", description="What updateMatchingViolations answers."),
]


@strawberry.type
class ViolationMutations:
    @mutation("Acknowledge, resolve, reopen, rate or assign violations; each by itself. Needs the right WRITE.")
    async def update_violations(self, info: Info, input: UpdateViolationsInput) -> UpdateViolationsResult | None:
        keys = list(dict.fromkeys(ViolationId(read_id(KIND, text)) for text in input.violation_ids))
        results = await info.context.domain.violations.update(info.context.actor, keys, input.decide())
        return UpdateViolationsSuccess(results=[ViolationUpdateResult.of(result) for result in results])

    @mutation("Decide on all violations of a scope that match, in one step. Needs the right WRITE.")
    async def update_matching_violations(
        self, info: Info, input: UpdateMatchingViolationsInput
    ) -> UpdateMatchingViolationsResult | None:
        wanted = (given(input.filter) or ViolationFilter()).read()
        change, service = input.decide(), info.context.domain.violations
        updated = await service.update_matching(info.context.actor, input.scope, wanted, change)
        return UpdateMatchingViolationsSuccess(updated_count=updated)
