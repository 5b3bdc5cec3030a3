# ruff: noqa: A002 - resolver arguments bear the names of the schema
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.ids import read_id, write_id
from api.graphql.pages import given
from api.graphql.problems import CallProblem, Error, problem_of
from api.graphql.violations.types import KIND, Violation
from domain.violations.model import (
    MAX_RESOLUTION_NOTES,
    Resolution,
    ViolationId,
    ViolationStatus,
    ViolationUpdate,
)
from domain.violations.service import MAX_BULK, UpdateResult


@strawberry.input(description="What updateViolations needs. What is left out or null stays as it is.")
class UpdateViolationsInput:
    violation_ids: list[strawberry.ID] = strawberry.field(description=f"Ids of 1 to {MAX_BULK:,} violations.")
    status: ViolationStatus | None = strawberry.field(default=UNSET, description="Where they are to stand.")
    resolution: Resolution | None = strawberry.field(
        default=UNSET, description="With the status RESOLVED: FIXED_IN_DATA or ACCEPTED_RISK."
    )
    assignee: str | None = strawberry.field(default=UNSET, description="Who is to mend them.")
    notes: str | None = strawberry.field(
        default=UNSET, description=f"What to write down, at most {MAX_RESOLUTION_NOTES:,} characters."
    )

    def read(self) -> ViolationUpdate:
        return ViolationUpdate(given(self.status), given(self.resolution), given(self.assignee), given(self.notes))


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


@strawberry.type
class ViolationMutations:
    @mutation("Acknowledge, resolve, reopen or assign violations; each by itself. Needs the right WRITE.")
    async def update_violations(self, info: Info, input: UpdateViolationsInput) -> UpdateViolationsResult | None:
        keys = list(dict.fromkeys(ViolationId(read_id(KIND, text)) for text in input.violation_ids))
        results = await info.context.domain.violations.update(info.context.actor, keys, input.read())
        return UpdateViolationsSuccess(results=[ViolationUpdateResult.of(result) for result in results])
