from datetime import datetime
from typing import Self

import strawberry
from strawberry.scalars import JSON

from api.graphql.connections import DataConnection
from api.graphql.context import Info
from api.graphql.fields import extends, field
from api.graphql.ids import Node, write_id
from api.graphql.mirror import mirror
from api.graphql.runs.types import WorkflowRun
from api.graphql.scalars import Cron
from api.graphql.workflows import CONFIGURATION, WorkflowDefinition
from domain.fqn import Fqn
from domain.runs.model import RunType
from domain.triggers import Trigger
from domain.workflows import model
from domain.workflows.model import DEFINITIONS, ConfigurationId

KIND = CONFIGURATION


@strawberry.type(description="Times that come again and again.")
class Schedule:
    cron: Cron = strawberry.field(description="When, by the clocks of the time zone.")
    time_zone: str = strawberry.field(description="Name of the time zone, as IANA knows it.")


@strawberry.type(description="A saved set-up of a kind of work: what to do, and what starts it besides people.")
class WorkflowConfiguration(Node):
    name: str = strawberry.field(description="Unique in the project.")
    type: RunType = strawberry.field(description="The kind of work.")
    connection_name: str = strawberry.field(description="Name of the connection whose source is worked on.")
    targets: list[Fqn] = strawberry.field(description="Schemas and tables to work on; empty for work that takes none.")
    parameters: JSON = strawberry.field(description="Settings of its runs; the shape depends on the kind of work.")
    save_all: bool = strawberry.field(description="Whether its runs are saved by themselves when they complete.")
    schedule: Schedule | None = strawberry.field(description="When it is started by itself; null for never.")
    triggers: list[Trigger] = strawberry.field(description="What starts it when it happens at the connection.")
    enabled: bool = strawberry.field(
        description="Whether its schedule and its triggers start it; people can start it all the same."
    )
    version: int = strawberry.field(description="Grows with each change; give it as `expectedVersion`.")
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    configuration: strawberry.Private[model.WorkflowConfiguration]

    @classmethod
    def of(cls, configuration: model.WorkflowConfiguration) -> Self:
        setup, work = configuration.setup, configuration.setup.work
        return mirror(
            cls,
            configuration,
            id=write_id(KIND, configuration.id),
            type=work.type,
            connection_name=work.connection,
            targets=list(work.targets),
            parameters=work.parameters,
            save_all=work.save_all,
            schedule=mirror(Schedule, setup.schedule) if setup.schedule else None,
            triggers=sorted(setup.triggers),
            enabled=setup.is_enabled,
            configuration=configuration,
        )

    @field("When its schedule starts it next; null when none is in force. Whoever paused it in Prefect stopped it too.")
    def next_run_at(self, info: Info) -> datetime | None:
        return self.configuration.next_start(info.context.domain.clock())

    @field("The kind of work, explained.")
    def definition(self) -> WorkflowDefinition:
        return WorkflowDefinition.of(DEFINITIONS[self.type])

    @field("The connection whose source is worked on; null when there is none of this name any more.")
    async def connection(self, info: Info) -> DataConnection | None:
        found = await info.context.loaders.connections_by_name.load(self.connection_name)
        return DataConnection.of(found) if found else None


@extends(WorkflowRun, "The configuration that was started, also a deleted one; null for a run of its own.")
async def configuration(root: strawberry.Parent[WorkflowRun], info: Info) -> WorkflowConfiguration | None:
    key = root.run.configuration_id
    found = await info.context.loaders.configurations.load(ConfigurationId(key)) if key else None
    return WorkflowConfiguration.of(found) if found else None
