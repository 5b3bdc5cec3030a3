"""The kinds of work there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.runs.model import RunType


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """A kind of work and the Prefect flow that does it."""

    type: RunType
    category: str
    flow: str
    description: str

    @property
    def requires_approval(self) -> bool:
        return self.type.needs_approval


_ALL = (
    WorkflowDefinition(
        RunType.CONNECTION_CHECK, "connection", "check-connection", "Speaks to the source once and says what it found."
    ),
    WorkflowDefinition(
        RunType.SERVICE_INGESTION,
        "ingestion",
        "ingest-service",
        "Reads schemas, tables, columns and keys into the catalogue.",
    ),
    WorkflowDefinition(RunType.PROFILING, "profiling", "profile-database", "Measures what the tables hold."),
    WorkflowDefinition(
        RunType.METADATA_ENRICHMENT,
        "enrichment",
        "enrich-metadata",
        "Suggests descriptions, PII classes, sensitivity and meaning.",
    ),
    WorkflowDefinition(
        RunType.DQ_RULE_GENERATION,
        "quality",
        "generate-dq-rules",
        "Proposes data-quality rules and tries each on the data.",
    ),
    WorkflowDefinition(
        RunType.DQ_EXECUTION, "quality", "execute-dq-rules", "Runs the active rules and keeps their results."
    ),
    WorkflowDefinition(
        RunType.METADATA_ASSESSMENT,
        "assessment",
        "assess-metadata",
        "Scores how well assets are documented and classified.",
    ),
    WorkflowDefinition(
        RunType.DQ_ASSESSMENT, "assessment", "assess-dq", "Runs the active rules and scores the data by them."
    ),
    WorkflowDefinition(
        RunType.RUN_ALL,
        "chain",
        "run-all",
        "Profiles, enriches, generates rules, saves and assesses, one after the other.",
    ),
)

DEFINITIONS: Mapping[RunType, WorkflowDefinition] = {definition.type: definition for definition in _ALL}
