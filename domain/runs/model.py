"""A run: what was asked for, how far it is, what it suggests, and what a person decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from domain.connections.model import ConnectionId
from domain.errors import Conflict, Invalid, UnsupportedTargetLevel
from domain.fqn import SCHEMA_DEPTH, TABLE_DEPTH, Fqn
from domain.identity import Tenant
from domain.rules.model import Evaluation
from domain.runs.budget import BUDGET, check_budget

RunId = NewType("RunId", UUID)
ChangeId = NewType("ChangeId", UUID)

MAX_TARGETS = 1000
MAX_NOTES_LENGTH = 2000
MAX_IDEMPOTENCY_KEY_LENGTH = 200
BEFORE_PREFECT = datetime(1970, 1, 1, tzinfo=UTC)
"""The `state_at` of a run that Prefect has not reported on yet: any state of Prefect's is newer, whatever its clock."""


class RunType(StrEnum):
    SERVICE_INGESTION = "service-ingestion"
    CONNECTION_CHECK = "connection-check"
    PROFILING = "profiling"
    METADATA_ENRICHMENT = "metadata-enrichment"
    DQ_RULE_GENERATION = "dq-rule-generation"
    DQ_EXECUTION = "dq-execution"
    METADATA_ASSESSMENT = "metadata-assessment"
    DQ_ASSESSMENT = "dq-assessment"
    RUN_ALL = "run-all"

    @property
    def needs_approval(self) -> bool:
        """Runs that only suggest wait for a person; the others take effect when they finish."""
        return self in REVIEWED

    @property
    def takes_place(self) -> bool:
        """Whether it counts among the runs that may work on one source at once."""
        return self in TAKE_PLACES


REVIEWED = frozenset({RunType.PROFILING, RunType.METADATA_ENRICHMENT, RunType.DQ_RULE_GENERATION})

TAKE_PLACES = frozenset(
    {
        RunType.SERVICE_INGESTION,
        RunType.PROFILING,
        RunType.DQ_RULE_GENERATION,
        RunType.DQ_EXECUTION,
        RunType.DQ_ASSESSMENT,
    }
)
"""Not a check, which asks one question, nor what only reads the catalogue; nor a chain, whose steps take places."""


class RunStatus(StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"

    @property
    def is_terminal(self) -> bool:
        return self in TERMINAL


TERMINAL = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.CRASHED})


class ItemStatus(StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"

    @property
    def is_done(self) -> bool:
        """Whether this try of the run has nothing left to do for it."""
        return self in {ItemStatus.COMPLETED, ItemStatus.FAILED, ItemStatus.SKIPPED}


class ApprovalStatus(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


EDITED_BY = "edited_by"
"""In the evidence of a change whose suggested value a person replaced: the value is that person's own."""


class Decision(StrEnum):
    """UNDECIDED counts as accepted when the run is approved; REJECTED stays out."""

    UNDECIDED = "UNDECIDED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class ChangeOutcome(StrEnum):
    """What approving does with a change. CONFLICT: its base version is gone. KEPT_HUMAN: a person's value stands."""

    APPLIED = "APPLIED"
    CONFLICT = "CONFLICT"
    KEPT_HUMAN = "KEPT_HUMAN"
    REJECTED = "REJECTED"


class ChangeSubject(StrEnum):
    """ASSET_FIELD writes a field of an asset. RULE activates a drafted rule."""

    ASSET_FIELD = "ASSET_FIELD"
    RULE = "RULE"


class Include(StrEnum):
    """What enrichment is asked for."""

    DESCRIPTIONS = "descriptions"
    PII = "pii"
    SENSITIVITY = "sensitivity"
    DOMAIN = "domain"
    SEMANTIC_TYPES = "semantic-types"
    DQ_TAGS = "dq-tags"
    RELATIONSHIPS = "relationships"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a caller asks for. `parameters` belong to the run's type: sampling, include, schemas."""

    type: RunType
    connection: str
    """Name of the connection whose source is worked on."""
    targets: tuple[Fqn, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)  # the shape depends on the type; see check_parameters
    save_all: bool = False
    idempotency_key: str | None = None

    def __post_init__(self) -> None:
        if len(self.targets) > MAX_TARGETS:
            raise Invalid("targets", f"A run has at most {MAX_TARGETS:,} targets; name a schema instead of its tables.")
        if self.idempotency_key is not None and not 1 <= len(self.idempotency_key) <= MAX_IDEMPOTENCY_KEY_LENGTH:
            raise Invalid("idempotencyKey", f"A key has 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} characters.")
        if self.save_all and not self.type.needs_approval:
            raise Invalid("saveAll", f"A {self.type} run has nothing to save.")
        check_parameters(self.type, self.parameters)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run comes from, as the run tells it itself; nothing of it when it was asked for by itself."""

    parent_id: RunId | None = None
    """The chain of which it is a step."""
    configuration_id: UUID | None = None
    led_by: tuple[UUID, ...] = ()


def check_targets(request: RunRequest, service: Fqn) -> None:
    """Refuse targets of the wrong level or of another connection, before anything starts."""
    if request.type in {RunType.SERVICE_INGESTION, RunType.CONNECTION_CHECK}:
        if request.targets:
            raise Invalid("targets", f"A {request.type} run takes no targets; list schemas instead.")
        return
    if not request.targets:
        raise Invalid("targets", "Name at least one schema or table.")
    for target in request.targets:
        if target.depth not in {SCHEMA_DEPTH, TABLE_DEPTH}:
            raise UnsupportedTargetLevel(
                "targets",
                f"{target} is not a schema or a table. A {request.type} run takes targets such as "
                "service.database.schema or service.database.schema.table.",
                str(target),
            )
        if not service.covers(target):
            raise Invalid("targets", f"{target} does not belong to the connection {service}.")


TRIAL = "trial"
"""The parameter of an execution that tries one rule, which is its definition as it is stored."""

SAMPLING = ("sample_threshold", "sample_size", "seed")

_PARAMETERS: Mapping[RunType, frozenset[str]] = {
    RunType.SERVICE_INGESTION: frozenset({"schemas"}),
    RunType.PROFILING: frozenset({*SAMPLING, *BUDGET}),
    RunType.METADATA_ENRICHMENT: frozenset({"include"}),
    RunType.DQ_EXECUTION: frozenset({TRIAL}),
    RunType.RUN_ALL: frozenset({*SAMPLING, *BUDGET, "include"}),
}


def check_parameters(run_type: RunType, parameters: Mapping[str, object]) -> None:
    if unknown := set(parameters) - _PARAMETERS.get(run_type, frozenset()):
        raise Invalid("parameters", f"A {run_type} run has no parameter {', '.join(sorted(unknown))}.")
    for name in ("sample_threshold", "sample_size"):
        value = parameters.get(name, 1)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise Invalid(f"sampling.{name}", f"{name} is a number of rows, at least 1.")
    seed = parameters.get("seed")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise Invalid("sampling.seed", "seed is a whole number.")
    check_budget(parameters)
    include = parameters.get("include", ())
    if not isinstance(include, (list, tuple)) or any(one not in list(Include) for one in include):
        raise Invalid("include", f"include is a list of {', '.join(Include)}.")
    schemas = parameters.get("schemas", ())
    if not isinstance(schemas, (list, tuple)) or not all(isinstance(name, str) and name for name in schemas):
        raise Invalid("schemas", "schemas is a list of names of schemas.")


def parameters_for(run_type: RunType, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those parameters of a chain that one of its steps understands."""
    return {name: value for name, value in parameters.items() if name in _PARAMETERS.get(run_type, frozenset())}


@dataclass(frozen=True, slots=True)
class Progress:
    completed: int
    failed: int
    total: int


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    id: RunId
    tenant: Tenant
    type: RunType
    connection_id: ConnectionId
    connection_name: str
    targets: tuple[Fqn, ...]
    parameters: Mapping[str, Any]  # belongs to the type
    status: RunStatus
    state_at: datetime
    """When Prefect set the state that `status` copies; orders what arrives late or twice."""
    save_all: bool
    requested_by: str
    parent_id: RunId | None
    prefect_flow_run_id: UUID | None
    progress: Progress
    created_at: datetime
    waiting_since: datetime | None
    """Since when it waits for other runs to leave its source; None when it does not."""
    started_at: datetime | None
    completed_at: datetime | None
    heartbeat_at: datetime | None
    error_code: str | None
    error_message: str | None
    output: Mapping[str, Any]  # a summary whose shape belongs to the type
    configuration_id: UUID | None = None
    """The configuration that was started; None for a run that was asked for by itself."""
    led_by: tuple[UUID, ...] = ()
    """All configurations without which there would be no such run, in the order in which they were started."""
    traceparent: str | None = None
    """Where in which trace it was asked for; its process goes on with that trace."""

    @property
    def is_admitted(self) -> bool:
        """Whether its process may work on the source; one that was begun past the queue has to wait for that."""
        return not self.type.takes_place or (not self.status.is_terminal and self.waiting_since is None)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The parts of the catalogue that its events concern."""
        return tuple(str(scope) for scope in self.targets or (Fqn.of(self.connection_name),))


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule said that was tried."""

    evaluation: Evaluation
    shows_rows: bool
    """Whether the evaluation tells which rows failed; to those who may not see them it tells none."""


@dataclass(frozen=True, slots=True)
class RunItem:
    """One table (or schema, when ingesting) of a run."""

    run_id: RunId
    fqn: Fqn
    status: ItemStatus
    attempts: int
    error_code: str | None
    error_message: str | None
    started_at: datetime | None
    completed_at: datetime | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ProposedChange:
    id: ChangeId
    run_id: RunId
    subject: ChangeSubject
    asset: Fqn
    field: str
    """The asset's field, or the kind of the rule."""
    before: str | None
    after: str
    base_version: int
    """Version of the asset or rule that the change was made from."""
    confidence: float
    justification: str
    evidence: Mapping[str, Any]  # belongs to what made the suggestion
    decision: Decision
    outcome: ChangeOutcome | None
    rule_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RunLogLine:
    at: datetime
    level: str
    message: str
    position: int


@dataclass(frozen=True, slots=True)
class Approval:
    run_id: RunId
    status: ApprovalStatus
    version: int
    notes: str | None
    decided_by: str | None
    decided_at: datetime | None
    auto_saved: bool
    applied: int = 0
    conflicts: int = 0
    invalidated_cells: int = 0
    resolved_violations: int = 0
    undone_by: str | None = None
    undone_at: datetime | None = None
    """When the last Save was taken back; None once the run is saved again."""


@dataclass(frozen=True, slots=True)
class Save:
    """What has to be known of a Save to tell what it made stale."""

    run_id: RunId
    version: int
    at: datetime
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunState:
    """A state as Prefect reports it."""

    status: RunStatus
    at: datetime
    message: str | None = None
    times_begun: int | None = None
    """How often Prefect has begun the run so far; None when that is not known."""


@dataclass(frozen=True, slots=True)
class Begin:
    """One start of a flow run, told from its other starts by their count."""

    flow_run_id: UUID
    start: int
    """1 for the first."""


class RunTaken(Conflict):
    """Said to a process: not it, but another one carries out the run."""

    def __init__(self, run_id: UUID) -> None:
        super().__init__(
            f"Run {run_id} is carried out by another process, which began it for the same or a later start."
        )


def accepts(current: RunStatus, current_at: datetime, state: RunState) -> bool:
    """Whether a reported state replaces the current one: newer by Prefect's clock and not a mere repetition.

    A terminal state is not final: a run that failed (or completed) may be run again from the Prefect UI.
    """
    return state.at > current_at and not (state.status is current and state.status.is_terminal)


def check_decidable(run: WorkflowRun, approval: Approval) -> None:
    """Only a completed run that still waits can be approved or rejected."""
    if run.status is not RunStatus.COMPLETED:
        raise RunNotApprovable(run)
    if approval.status is not ApprovalStatus.PENDING:
        raise ApprovalAlreadyDecided(approval)


class NothingToDecide(Conflict):
    def __init__(self, run: WorkflowRun) -> None:
        super().__init__(f"A {run.type} run takes effect when it finishes; there is nothing to decide.")


class RunNotApprovable(Conflict):
    def __init__(self, run: WorkflowRun) -> None:
        super().__init__(f"Run {run.id} is {run.status}; only a COMPLETED run can be approved or rejected.")
        self.status = run.status


class ApprovalAlreadyDecided(Conflict):
    def __init__(self, approval: Approval, advice: str = "") -> None:
        super().__init__(f"Run {approval.run_id} was {approval.status} by {approval.decided_by}. {advice}".rstrip())
        self.approval = approval


class SaveBuiltUpon(Conflict):
    """The Save cannot be taken back, because of what came after it."""

    def __init__(self, run_id: RunId, reasons: Sequence[str]) -> None:
        super().__init__(f"The Save of run {run_id} cannot be undone: {'; '.join(reasons)}.")
        self.reasons = tuple(reasons)


def check_notes(notes: str | None) -> None:
    if notes is not None and len(notes) > MAX_NOTES_LENGTH:
        raise Invalid("notes", f"Notes have at most {MAX_NOTES_LENGTH:,} characters; these have {len(notes):,}.")


def covering(targets: Sequence[Fqn]) -> tuple[Fqn, ...]:
    """The same targets without those that another one already holds."""
    kept: list[Fqn] = []
    for target in sorted(set(targets), key=lambda fqn: fqn.depth):
        if not any(other.covers(target) for other in kept):
            kept.append(target)
    return tuple(sorted(kept))
