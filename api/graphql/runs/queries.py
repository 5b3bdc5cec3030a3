# ruff: noqa: A002 - resolver arguments bear the names of the schema
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.graphql.assets.queries import Scope
from api.graphql.context import Info
from api.graphql.events import DomainEvent
from api.graphql.fields import extends, field
from api.graphql.ids import read_id, split_id
from api.graphql.pages import After, Before, Connection, First, Last, Listing, given
from api.graphql.runs.types import KIND, WorkflowRun
from api.graphql.workflows import CONFIGURATION
from domain.runs.model import RunId, RunStatus, RunType
from domain.runs.queries import RunFilter

RUNS = Listing("run", UUID)


@strawberry.input(description="Which runs to list. Conditions are joined by AND, the values of one by OR.")
class WorkflowRunFilter:
    types: list[RunType] | None = strawberry.field(default=UNSET, description="Of one of these kinds.")
    status: list[RunStatus] | None = strawberry.field(default=UNSET, description="Standing at one of these.")
    connection: str | None = strawberry.field(default=UNSET, description="On the connection of this name.")
    created_after: datetime | None = strawberry.field(default=UNSET, description="Asked for after this moment.")
    configuration: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Started from the configuration of this id."
    )

    def read(self) -> RunFilter:
        configuration = given(self.configuration)
        return RunFilter(
            tuple(given(self.types) or ()),
            tuple(given(self.status) or ()),
            given(self.connection),
            given(self.created_after),
            read_id(CONFIGURATION, configuration) if configuration else None,
        )


@strawberry.type
class RunQueries:
    @field("The run of this id; null when there is none.")
    async def workflow_run(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the run.")]
    ) -> WorkflowRun | None:
        key = split_id(id)
        found = await info.context.loaders.runs.load(RunId(key[1])) if key and key[0] == KIND else None
        return WorkflowRun.of(found) if found else None

    @field("Runs, the newest first.")
    async def workflow_runs(
        self,
        info: Info,
        filter: Annotated[WorkflowRunFilter | None, strawberry.argument(description="Which runs to list.")] = UNSET,
        scope: Scope = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[WorkflowRun] | None:
        request = RUNS.request(first, after, last, before)
        wanted = (given(filter) or WorkflowRunFilter()).read()
        page = await info.context.read.runs.page(info.context.tenant, given(scope), wanted, request)
        return RUNS.connect(page, WorkflowRun.of)


@extends(DomainEvent, "The run that it tells of; null when it tells of none.")
async def run(root: strawberry.Parent[DomainEvent], info: Info) -> WorkflowRun | None:
    key = getattr(root.event, "run_id", None)
    found = await info.context.loaders.runs.load(RunId(key)) if key else None
    return WorkflowRun.of(found) if found else None
