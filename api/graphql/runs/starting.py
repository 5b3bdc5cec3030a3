# ruff: noqa: A002 - resolver arguments bear the names of the schema
"""Asking for runs: each mutation stores the run and returns; Prefect starts it as soon as it can."""

from typing import Annotated, TypeAlias

import strawberry

from api.graphql.context import Info
from api.graphql.fields import mutation
from api.graphql.pages import given
from api.graphql.problems import CallProblem, UnsupportedTargetLevel
from api.graphql.runs.inputs import (
    StartDqAssessmentInput,
    StartEnrichmentInput,
    StartIngestionInput,
    StartMetadataAssessmentInput,
    StartProfilingInput,
    StartRuleExecutionInput,
    StartRuleGenerationInput,
    StartRunAllInput,
    TestDataConnectionInput,
    budget_of,
    include_of,
    sampling_of,
)
from api.graphql.runs.types import WorkflowRun
from domain.runs.model import RunRequest, RunType

TargetProblem: TypeAlias = UnsupportedTargetLevel | CallProblem


@strawberry.type(description="The run was asked for.")
class Started:
    run: WorkflowRun = strawberry.field(description="The run, PENDING until Prefect starts it.")


@strawberry.type(description="The run was asked for.")
class TestDataConnectionSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartIngestionSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartProfilingSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartEnrichmentSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartRuleGenerationSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartRuleExecutionSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartMetadataAssessmentSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartDqAssessmentSuccess(Started):
    pass


@strawberry.type(description="The run was asked for.")
class StartRunAllSuccess(Started):
    pass


TestDataConnectionResult: TypeAlias = Annotated[
    TestDataConnectionSuccess | CallProblem,
    strawberry.union("TestDataConnectionResult", description="What testDataConnection answers."),
]
StartIngestionResult: TypeAlias = Annotated[
    StartIngestionSuccess | CallProblem,
    strawberry.union("StartIngestionResult", description="What startIngestion answers."),
]
StartProfilingResult: TypeAlias = Annotated[
    StartProfilingSuccess | TargetProblem,
    strawberry.union("StartProfilingResult", description="What startProfiling answers."),
]
StartEnrichmentResult: TypeAlias = Annotated[
    StartEnrichmentSuccess | TargetProblem,
    strawberry.union("StartEnrichmentResult", description="What startEnrichment answers."),
]
StartRuleGenerationResult: TypeAlias = Annotated[
    StartRuleGenerationSuccess | TargetProblem,
    strawberry.union("StartRuleGenerationResult", description="What startRuleGeneration answers."),
]
StartRuleExecutionResult: TypeAlias = Annotated[
    StartRuleExecutionSuccess | TargetProblem,
    strawberry.union("StartRuleExecutionResult", description="What startRuleExecution answers."),
]
StartMetadataAssessmentResult: TypeAlias = Annotated[
    StartMetadataAssessmentSuccess | TargetProblem,
    strawberry.union("StartMetadataAssessmentResult", description="What startMetadataAssessment answers."),
]
StartDqAssessmentResult: TypeAlias = Annotated[
    StartDqAssessmentSuccess | TargetProblem,
    strawberry.union("StartDqAssessmentResult", description="What startDqAssessment answers."),
]
StartRunAllResult: TypeAlias = Annotated[
    StartRunAllSuccess | TargetProblem,
    strawberry.union("StartRunAllResult", description="What startRunAll answers."),
]


@strawberry.type
class StartMutations:
    @mutation("Find out whether a source can be reached; the connection's status tells. Needs the right RUN.")
    async def test_data_connection(self, info: Info, input: TestDataConnectionInput) -> TestDataConnectionResult | None:
        return TestDataConnectionSuccess(run=await _start(info, input.request(RunType.CONNECTION_CHECK)))

    @mutation("Read schemas, tables, columns and keys into the catalogue. Needs the right RUN.")
    async def start_ingestion(self, info: Info, input: StartIngestionInput) -> StartIngestionResult | None:
        return StartIngestionSuccess(
            run=await _start(info, input.request(RunType.SERVICE_INGESTION, schemas=given(input.schemas)))
        )

    @mutation("Measure what tables hold. Needs the right RUN.")
    async def start_profiling(self, info: Info, input: StartProfilingInput) -> StartProfilingResult | None:
        return StartProfilingSuccess(
            run=await _start(
                info, input.request(RunType.PROFILING, **sampling_of(input.sampling), **budget_of(input.budget))
            )
        )

    @mutation("Let descriptions, classes and meaning be suggested. Needs the right RUN.")
    async def start_enrichment(self, info: Info, input: StartEnrichmentInput) -> StartEnrichmentResult | None:
        return StartEnrichmentSuccess(
            run=await _start(info, input.request(RunType.METADATA_ENRICHMENT, include=include_of(input.include)))
        )

    @mutation("Let data-quality rules be proposed and tried. Needs the right RUN.")
    async def start_rule_generation(
        self, info: Info, input: StartRuleGenerationInput
    ) -> StartRuleGenerationResult | None:
        return StartRuleGenerationSuccess(run=await _start(info, input.request(RunType.DQ_RULE_GENERATION)))

    @mutation("Evaluate the active rules and keep their results, without scoring. Needs the right RUN.")
    async def start_rule_execution(self, info: Info, input: StartRuleExecutionInput) -> StartRuleExecutionResult | None:
        return StartRuleExecutionSuccess(run=await _start(info, input.request(RunType.DQ_EXECUTION)))

    @mutation("Score how well assets are documented and classified. Needs the right RUN.")
    async def start_metadata_assessment(
        self, info: Info, input: StartMetadataAssessmentInput
    ) -> StartMetadataAssessmentResult | None:
        return StartMetadataAssessmentSuccess(run=await _start(info, input.request(RunType.METADATA_ASSESSMENT)))

    @mutation("Evaluate the active rules and score the data by them. Needs the right RUN.")
    async def start_dq_assessment(self, info: Info, input: StartDqAssessmentInput) -> StartDqAssessmentResult | None:
        return StartDqAssessmentSuccess(run=await _start(info, input.request(RunType.DQ_ASSESSMENT)))

    @mutation("Profile, enrich, generate rules, save and assess, one after the other. Needs the right RUN.")
    async def start_run_all(self, info: Info, input: StartRunAllInput) -> StartRunAllResult | None:
        return StartRunAllSuccess(
            run=await _start(
                info,
                input.request(
                    RunType.RUN_ALL,
                    **sampling_of(input.sampling),
                    **budget_of(input.budget),
                    include=include_of(input.include),
                ),
            )
        )


async def _start(info: Info, request: RunRequest) -> WorkflowRun:
    return WorkflowRun.of(await info.context.domain.runs.request(info.context.actor, request))
