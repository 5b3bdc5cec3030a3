"""The kinds of work there are."""

from typing import Self

import strawberry

from api.graphql.enums import describe
from api.graphql.fields import field
from api.graphql.mirror import mirror
from domain.runs.model import RunType
from domain.triggers import Trigger
from domain.workflows import model
from domain.workflows.model import DEFINITIONS

CONFIGURATION = "WorkflowConfiguration"
"""The kind of the ids of configurations, which runs are filtered by."""

describe(
    RunType,
    "The kinds of work.",
    {run_type: definition.description for run_type, definition in DEFINITIONS.items()},
)

describe(
    Trigger,
    "What may happen at a connection that starts the configurations which wait for it.",
    {
        Trigger.ASSET_CREATED: "Its service or database was announced, and an ingestion of it was asked for.",
        Trigger.CONNECTION_INGESTED: "An ingestion of it completed.",
        Trigger.RUN_SAVED: "A run on it was saved.",
    },
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
