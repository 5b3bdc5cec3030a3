"""What the mutations that ask for runs take."""

from collections.abc import Mapping
from dataclasses import replace

import strawberry
from strawberry import UNSET

from api.graphql.pages import given
from api.graphql.scalars import BigInt
from domain.fqn import Fqn
from domain.runs.model import MAX_IDEMPOTENCY_KEY_LENGTH, MAX_TARGETS, Include, RunRequest, RunType, covering

KEY = (
    f"Up to {MAX_IDEMPOTENCY_KEY_LENGTH} characters: the same key gives the same run, so a retry starts nothing twice."
)
INCLUDE = "What enrichment looks into; everything when left out."
SAVE_ALL = "Save the run by itself when it completes."


@strawberry.input(one_of=True, description="A schema with all its tables, or one table or view.")
class TargetInput:
    schema: Fqn | None = strawberry.field(default=UNSET, description="service.database.schema")
    table: Fqn | None = strawberry.field(default=UNSET, description="service.database.schema.table")

    def read(self) -> Fqn:
        target = given(self.schema) or given(self.table)
        assert target is not None  # @oneOf lets nothing else through
        return target


@strawberry.input(description="How to sample large tables. What is left out is taken from the configuration.")
class SamplingInput:
    sample_threshold: int | None = strawberry.field(default=UNSET, description="Rows above which a table is sampled.")
    sample_size: int | None = strawberry.field(default=UNSET, description="Rows of a sample.")
    seed: int | None = strawberry.field(default=UNSET, description="Makes the sample repeatable.")

    def read(self) -> dict[str, object]:
        return {name: given(getattr(self, name)) for name in ("sample_threshold", "sample_size", "seed")}


@strawberry.input(
    description="What a run may take from its source; tables for which it does not reach are skipped and named. "
    "What is left out here is taken from the configuration."
)
class BudgetInput:
    seconds: float | None = strawberry.field(default=UNSET, description="From the moment at which it begins its work.")
    rows: BigInt | None = strawberry.field(default=UNSET, description="Rows that are copied.")
    bytes: BigInt | None = strawberry.field(
        default=UNSET, description="Bytes of the values that are copied; tables in hand are finished."
    )

    def read(self) -> dict[str, object]:
        return {f"budget_{name}": given(getattr(self, name)) for name in ("seconds", "rows", "bytes")}


@strawberry.input(description="Work on a connection as a whole.")
class ConnectionWork:
    connection: str = strawberry.field(description="Name of the connection.")
    idempotency_key: str | None = strawberry.field(default=UNSET, description=KEY)

    def request(self, run_type: RunType, **parameters: object) -> RunRequest:
        return RunRequest(
            run_type, self.connection, parameters=chosen(parameters), idempotency_key=given(self.idempotency_key)
        )


@strawberry.input(description="Work on some schemas and tables of a connection.")
class TargetWork(ConnectionWork):
    targets: list[TargetInput] = strawberry.field(description=f"1 to {MAX_TARGETS:,} schemas or tables.")

    def request(self, run_type: RunType, **parameters: object) -> RunRequest:
        asked = super().request(run_type, **parameters)
        return replace(asked, targets=covering([target.read() for target in self.targets]))


@strawberry.input(description="Work whose results somebody saves.")
class ReviewedWork(TargetWork):
    save_all: bool | None = strawberry.field(default=False, description=SAVE_ALL)

    def request(self, run_type: RunType, **parameters: object) -> RunRequest:
        return replace(super().request(run_type, **parameters), save_all=bool(self.save_all))


def chosen(parameters: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if value is not None}


@strawberry.input(description="What testDataConnection needs.")
class TestDataConnectionInput(ConnectionWork):
    pass


@strawberry.input(description="What startIngestion needs.")
class StartIngestionInput(ConnectionWork):
    schemas: list[str] | None = strawberry.field(
        default=UNSET, description="Names of the schemas to read; all of the connection's database when left out."
    )


@strawberry.input(description="What startProfiling needs.")
class StartProfilingInput(ReviewedWork):
    sampling: SamplingInput | None = strawberry.field(default=UNSET, description="How to sample large tables.")
    budget: BudgetInput | None = strawberry.field(default=UNSET, description="What it may take.")


@strawberry.input(description="What startEnrichment needs.")
class StartEnrichmentInput(ReviewedWork):
    include: list[Include] | None = strawberry.field(default=UNSET, description=INCLUDE)


@strawberry.input(description="What startRuleGeneration needs.")
class StartRuleGenerationInput(ReviewedWork):
    pass


@strawberry.input(description="What startRuleExecution needs.")
class StartRuleExecutionInput(TargetWork):
    pass


@strawberry.input(description="What startMetadataAssessment needs.")
class StartMetadataAssessmentInput(TargetWork):
    pass


@strawberry.input(description="What startDqAssessment needs.")
class StartDqAssessmentInput(TargetWork):
    pass


@strawberry.input(description="What startRunAll needs.")
class StartRunAllInput(TargetWork):
    sampling: SamplingInput | None = strawberry.field(default=UNSET, description="How to sample large tables.")
    budget: BudgetInput | None = strawberry.field(default=UNSET, description="What profiling may take.")
    include: list[Include] | None = strawberry.field(default=UNSET, description=INCLUDE)


def sampling_of(sampling: SamplingInput | None) -> dict[str, object]:
    chosen = given(sampling)
    return chosen.read() if chosen else {}


def budget_of(budget: BudgetInput | None) -> dict[str, object]:
    chosen = given(budget)
    return chosen.read() if chosen else {}


def include_of(include: list[Include] | None) -> list[str] | None:
    chosen = given(include)
    return None if chosen is None else [part.value for part in chosen]
