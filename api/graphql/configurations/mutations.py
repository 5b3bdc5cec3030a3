# ruff: noqa: A002 - resolver arguments bear the names of the schema
from typing import Annotated, TypeAlias

import strawberry

from api.graphql.configurations.inputs import (
    CreateWorkflowConfigurationInput,
    DeleteWorkflowConfigurationInput,
    StartWorkflowInput,
    UpdateWorkflowConfigurationInput,
)
from api.graphql.configurations.types import KIND, WorkflowConfiguration
from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.ids import read_id
from api.graphql.pages import given
from api.graphql.problems import CallProblem, Conflict
from api.graphql.runs.starting import Started, TargetProblem
from api.graphql.runs.types import WorkflowRun
from domain.workflows.model import ConfigurationId


@strawberry.type(description="The configuration was made.")
class CreateWorkflowConfigurationSuccess:
    configuration: WorkflowConfiguration = strawberry.field(description="The new configuration.")


@strawberry.type(description="The configuration is as it was wanted.")
class UpdateWorkflowConfigurationSuccess:
    configuration: WorkflowConfiguration = strawberry.field(description="The changed configuration.")


@strawberry.type(description="The configuration was deleted; nothing starts it any more.")
class DeleteWorkflowConfigurationSuccess:
    configuration: WorkflowConfiguration = strawberry.field(description="The configuration as it was.")


@strawberry.type(description="The run was asked for.")
class StartWorkflowSuccess(Started):
    pass


CreateWorkflowConfigurationResult: TypeAlias = Annotated[
    CreateWorkflowConfigurationSuccess | Conflict | TargetProblem,
    strawberry.union("CreateWorkflowConfigurationResult", description="What createWorkflowConfiguration answers."),
]
UpdateWorkflowConfigurationResult: TypeAlias = Annotated[
    UpdateWorkflowConfigurationSuccess | Conflict | TargetProblem,
    strawberry.union("UpdateWorkflowConfigurationResult", description="What updateWorkflowConfiguration answers."),
]
DeleteWorkflowConfigurationResult: TypeAlias = Annotated[
    DeleteWorkflowConfigurationSuccess | Conflict | CallProblem,
    strawberry.union("DeleteWorkflowConfigurationResult", description="What deleteWorkflowConfiguration answers."),
]
StartWorkflowResult: TypeAlias = Annotated[
    StartWorkflowSuccess | TargetProblem,
    strawberry.union("StartWorkflowResult", description="What startWorkflow answers."),
]


@strawberry.type
class ConfigurationMutations:
    @mutation("Save how a kind of work is to be done, and what starts it. Needs the right WRITE.")
    async def create_workflow_configuration(
        self, info: Info, input: CreateWorkflowConfigurationInput
    ) -> CreateWorkflowConfigurationResult | None:
        made = await info.context.domain.configurations.create(info.context.actor, input.read())
        return CreateWorkflowConfigurationSuccess(configuration=WorkflowConfiguration.of(made))

    @mutation("Change a configuration; runs that it started stay as they are. Needs the right WRITE.")
    async def update_workflow_configuration(
        self, info: Info, input: UpdateWorkflowConfigurationInput
    ) -> UpdateWorkflowConfigurationResult | None:
        key, configurations = ConfigurationId(read_id(KIND, input.configuration_id)), info.context.domain.configurations
        changed = await configurations.update(info.context.actor, key, input.read(), input.expected_version)
        return UpdateWorkflowConfigurationSuccess(configuration=WorkflowConfiguration.of(changed))

    @mutation("Delete a configuration; its runs stay, and still name it. Needs the right ADMINISTER.")
    async def delete_workflow_configuration(
        self, info: Info, input: DeleteWorkflowConfigurationInput
    ) -> DeleteWorkflowConfigurationResult | None:
        key, configurations = ConfigurationId(read_id(KIND, input.configuration_id)), info.context.domain.configurations
        deleted = await configurations.delete(info.context.actor, key, input.expected_version)
        return DeleteWorkflowConfigurationSuccess(configuration=WorkflowConfiguration.of(deleted))

    @mutation("Do now what a configuration says, also when it is not enabled. Needs the right RUN.")
    async def start_workflow(self, info: Info, input: StartWorkflowInput) -> StartWorkflowResult | None:
        key = ConfigurationId(read_id(KIND, input.configuration_id))
        started = await info.context.domain.starts.start(info.context.actor, key, given(input.idempotency_key))
        return StartWorkflowSuccess(run=WorkflowRun.of(started))
