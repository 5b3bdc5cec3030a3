"""What the mutations on configurations take."""

import strawberry
from strawberry import UNSET

import api.graphql.workflows  # noqa: F401 - describes the enums that are used below
from api.graphql.pages import given
from api.graphql.runs.inputs import (
    INCLUDE,
    KEY,
    SAVE_ALL,
    BudgetInput,
    SamplingInput,
    TargetInput,
    budget_of,
    chosen,
    include_of,
    sampling_of,
)
from api.graphql.scalars import Cron
from domain.runs.model import MAX_TARGETS, Include, RunRequest, RunType, covering
from domain.triggers import Trigger
from domain.workflows.model import MAX_NAME_LENGTH, Schedule, SetUp


@strawberry.input(description="Times that come again and again.")
class ScheduleInput:
    cron: Cron = strawberry.field(description="When, by the clocks of the time zone.")
    time_zone: str = strawberry.field(default="UTC", description="Name of the time zone, such as Europe/Berlin.")


@strawberry.input(description="A configuration as it is to be, with all that belongs to it.")
class WorkflowSetup:
    name: str = strawberry.field(description=f"1 to {MAX_NAME_LENGTH} characters on one line, unique in the project.")
    type: RunType = strawberry.field(description="The kind of work.")
    connection: str = strawberry.field(description="Name of the connection whose source is worked on.")
    targets: list[TargetInput] | None = strawberry.field(
        default=UNSET,
        description=f"1 to {MAX_TARGETS:,} schemas or tables; none for an ingestion or a check of the connection.",
    )
    schemas: list[str] | None = strawberry.field(
        default=UNSET, description="For an ingestion: names of the schemas to read; all of them when left out."
    )
    sampling: SamplingInput | None = strawberry.field(
        default=UNSET, description="For profiling and RUN_ALL: how to sample large tables."
    )
    budget: BudgetInput | None = strawberry.field(
        default=UNSET, description="For profiling and RUN_ALL: what profiling may take."
    )
    include: list[Include] | None = strawberry.field(
        default=UNSET, description=f"For enrichment and RUN_ALL. {INCLUDE}"
    )
    save_all: bool | None = strawberry.field(default=False, description=SAVE_ALL)
    schedule: ScheduleInput | None = strawberry.field(
        default=UNSET, description="When to start it by itself; never when left out."
    )
    triggers: list[Trigger] | None = strawberry.field(
        default=UNSET, description="What starts it when it happens at the connection, unless it led to that itself."
    )
    enabled: bool = strawberry.field(default=True, description="Whether its schedule and its triggers start it.")

    def read(self) -> SetUp:
        schedule = given(self.schedule)
        return SetUp(
            name=self.name,
            work=self._work(),
            schedule=Schedule(schedule.cron, schedule.time_zone) if schedule else None,
            triggers=frozenset(given(self.triggers) or ()),
            is_enabled=self.enabled,
        )

    def _work(self) -> RunRequest:
        parameters = {
            **sampling_of(self.sampling),
            **budget_of(self.budget),
            "include": include_of(self.include),
            "schemas": given(self.schemas),
        }
        targets = covering([target.read() for target in given(self.targets) or ()])
        return RunRequest(self.type, self.connection, targets, chosen(parameters), save_all=bool(self.save_all))


@strawberry.input(description="What createWorkflowConfiguration needs.")
class CreateWorkflowConfigurationInput(WorkflowSetup):
    pass


@strawberry.input(description="What updateWorkflowConfiguration needs: all of the set-up, not only what changes.")
class UpdateWorkflowConfigurationInput(WorkflowSetup):
    configuration_id: strawberry.ID = strawberry.field(description="Id of the configuration.")
    expected_version: int = strawberry.field(description="The version that the change is based on.")


@strawberry.input(description="What deleteWorkflowConfiguration needs.")
class DeleteWorkflowConfigurationInput:
    configuration_id: strawberry.ID = strawberry.field(description="Id of the configuration.")
    expected_version: int = strawberry.field(description="The version that the caller has seen.")


@strawberry.input(description="What startWorkflow needs.")
class StartWorkflowInput:
    configuration_id: strawberry.ID = strawberry.field(description="Id of the configuration.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)
