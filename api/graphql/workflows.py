"""The kinds of work there are."""

from typing import Self

import strawberry

from api.graphql.enums import describe
from api.graphql.fields import field
from api.graphql.mirror import mirror
from domain.runs.model import RunType
from domain.workflows import model
from domain.workflows.model import DEFINITIONS

describe(
    RunType,
    "The kinds of work.",
    {run_type: definition.description for run_type, definition in DEFINITIONS.items()},
)


@strawberry.type(description="A kind of work and the Prefect flow that does it.")
class WorkflowDefinition:
    type: RunType = strawberry.field(description="The kind of work.")
    category: str = strawberry.field(description="What it belongs to, e.g. quality or assessment.")
    flow: str = strawberry.field(description="Name of the flow, as the Prefect UI shows it.")
    description: str = strawberry.field(description="What it does.")
    requires_approval: bool = strawberry.field(
        description="Whether its runs only suggest, and wait for somebody to save them."
    )

    @classmethod
    def of(cls, definition: model.WorkflowDefinition) -> Self:
        return mirror(cls, definition)


@strawberry.type
class WorkflowQueries:
    @field("The kinds of work; a short list.")
    def workflow_definitions(self) -> list[WorkflowDefinition] | None:
        return [WorkflowDefinition.of(definition) for definition in DEFINITIONS.values()]
