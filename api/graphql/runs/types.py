from datetime import datetime
from typing import Self

import strawberry
from strawberry.scalars import JSON

import api.graphql.runs.enums  # noqa: F401 - describes the enums that are used below
from api.graphql.approvals import Approval
from api.graphql.assets.types import Asset
from api.graphql.connections import DataConnection
from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.ids import Node, write_id
from api.graphql.mirror import mirror
from api.graphql.workflows import WorkflowDefinition
from domain.fqn import Fqn
from domain.runs import model
from domain.runs.model import RunStatus, RunType
from domain.workflows.model import DEFINITIONS

KIND = "WorkflowRun"


@strawberry.type(description="How far a run is, in items.")
class RunProgress:
    completed: int = strawberry.field(description="Items that are done.")
    failed: int = strawberry.field(description="Items that could not be done.")
    total: int = strawberry.field(description="All items; 0 until the run has looked what there is to do.")


@strawberry.type(description="Why a run or an item ended without its result.")
class WorkError:
    code: str = strawberry.field(description="The class of the error, for programs.")
    message: str = strawberry.field(description="What happened, for people; never a password or a value of the data.")


def error_of(code: str | None, message: str | None) -> WorkError | None:
    return WorkError(code=code, message=message or code) if code else None


@strawberry.type(description="One execution of a kind of work.")
class WorkflowRun(Node):
    type: RunType = strawberry.field(description="The kind of work.")
    status: RunStatus = strawberry.field(description="Where it stands; a copy of what Prefect says.")
    targets: list[Fqn] = strawberry.field(description="Schemas and tables that it works on; empty when it takes none.")
    progress: RunProgress = strawberry.field(description="How far it is.")
    failed_item_count: int = strawberry.field(description="Items that could not be done.")
    connection_name: str = strawberry.field(description="Name of the connection whose source it works on.")
    parameters: JSON = strawberry.field(description="Its settings; the shape depends on the kind of work.")
    output: JSON = strawberry.field(description="A summary of what it did; the shape depends on the kind of work.")
    save_all: bool = strawberry.field(description="Whether it is saved by itself when it completes.")
    requested_by: str = strawberry.field(description="Who asked for it.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When it first ran; null while it has not.")
    completed_at: datetime | None = strawberry.field(description="When it ended; null while it has not.")
    error: WorkError | None = strawberry.field(description="Why it failed as a whole; null when it did not.")
    prefect_flow_run_id: strawberry.ID | None = strawberry.field(
        description="Its flow run in Prefect, as Prefect writes it; null until it was handed over."
    )
    run: strawberry.Private[model.WorkflowRun]

    @classmethod
    def of(cls, run: model.WorkflowRun) -> Self:
        flow_run = run.prefect_flow_run_id
        return mirror(
            cls,
            run,
            id=write_id(KIND, run.id),
            run=run,
            progress=mirror(RunProgress, run.progress),
            failed_item_count=run.progress.failed,
            error=error_of(run.error_code, run.error_message),
            prefect_flow_run_id=strawberry.ID(str(flow_run)) if flow_run else None,
        )

    @field("The kind of work, explained.")
    def definition(self) -> WorkflowDefinition:
        return WorkflowDefinition.of(DEFINITIONS[self.type])

    @field("The connection whose source it works on, also a deleted one; null when it is not known any more.")
    async def connection(self, info: Info) -> DataConnection | None:
        found = await info.context.loaders.connections.load(self.run.connection_id)
        return DataConnection.of(found) if found else None

    @field("Its targets as assets, without those that the catalogue does not hold any more.")
    async def target_assets(self, info: Info) -> list[Asset]:
        found = await info.context.loaders.assets.load_many(self.run.targets)
        return [Asset.of(asset) for asset in found if asset]

    @field("The review; null for kinds of work that take effect when they finish.")
    async def approval(self, info: Info) -> Approval | None:
        found = await info.context.loaders.approvals.load(self.run.id)
        return mirror(Approval, found) if found else None

    @field("The run that this one is a step of; null for a run of its own.")
    async def parent(self, info: Info) -> "WorkflowRun | None":
        found = await info.context.loaders.runs.load(self.run.parent_id) if self.run.parent_id else None
        return WorkflowRun.of(found) if found else None

    @field("Its page in the Prefect UI; null until it was handed over.")
    def prefect_url(self, info: Info) -> str | None:
        flow_run = self.run.prefect_flow_run_id
        return f"{info.context.prefect_ui}/runs/flow-run/{flow_run}" if flow_run else None
