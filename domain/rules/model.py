"""The closed rule language: what a data-quality rule can say, and what its result means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.errors import Invalid
from domain.fqn import Fqn

RuleId = NewType("RuleId", UUID)
Parameter = str | int | float | bool | list[str] | None


class Severity(StrEnum):
    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class RuleState(StrEnum):
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    RETIRED = "RETIRED"


class RuleKind(StrEnum):
    """The checks there are. The dimension is the one a rule of the kind scores unless it says otherwise."""

    NOT_NULL = "NOT_NULL"
    UNIQUE = "UNIQUE"
    ACCEPTED_VALUES = "ACCEPTED_VALUES"
    VALUE_RANGE = "VALUE_RANGE"
    TEXT_LENGTH = "TEXT_LENGTH"
    MATCHES_PATTERN = "MATCHES_PATTERN"
    NOT_BLANK = "NOT_BLANK"
    NOT_IN_FUTURE = "NOT_IN_FUTURE"
    ORDERED_PAIR = "ORDERED_PAIR"
    REFERENCE_EXISTS = "REFERENCE_EXISTS"
    ROW_COUNT = "ROW_COUNT"
    FRESHNESS = "FRESHNESS"
    NO_OUTLIERS = "NO_OUTLIERS"


@dataclass(frozen=True, slots=True)
class KindSpec:
    """What a kind needs: how many columns, which parameters, and the dimension that it scores."""

    dimension: str
    min_columns: int
    max_columns: int
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    counts_rows: bool = True
    """False: the check looks at the table as a whole and passes or fails as one."""
    description: str = ""


KINDS: Mapping[RuleKind, KindSpec] = {
    RuleKind.NOT_NULL: KindSpec("completeness", 1, 1, description="The column has a value in every row."),
    RuleKind.UNIQUE: KindSpec("uniqueness", 1, 8, description="No two rows share the values of these columns."),
    RuleKind.ACCEPTED_VALUES: KindSpec(
        "validity", 1, 1, frozenset({"values"}), description="The value is one of a fixed list."
    ),
    RuleKind.VALUE_RANGE: KindSpec(
        "validity",
        1,
        1,
        optional=frozenset({"min", "max"}),
        description="The number (or ISO date) lies between min and max, both included; one end may be open.",
    ),
    RuleKind.TEXT_LENGTH: KindSpec(
        "validity", 1, 1, optional=frozenset({"min", "max"}), description="The text has min to max characters."
    ),
    RuleKind.MATCHES_PATTERN: KindSpec(
        "validity",
        1,
        1,
        frozenset({"pattern"}),
        description="The text is a well-formed value of a named pattern (email, iban, …; see domain/rules/patterns.py).",
    ),
    RuleKind.NOT_BLANK: KindSpec("completeness", 1, 1, description="The text is not empty and not only white space."),
    RuleKind.NOT_IN_FUTURE: KindSpec("accuracy", 1, 1, description="The date or time is not after the reading."),
    RuleKind.ORDERED_PAIR: KindSpec(
        "consistency", 2, 2, description="The first column is not after (not greater than) the second."
    ),
    RuleKind.REFERENCE_EXISTS: KindSpec(
        "integrity",
        1,
        8,
        frozenset({"referenced_table", "referenced_columns"}),
        description="The values exist as a row of the referenced table.",
    ),
    RuleKind.ROW_COUNT: KindSpec(
        "volume",
        0,
        0,
        optional=frozenset({"min", "max"}),
        counts_rows=False,
        description="The table has min to max rows.",
    ),
    RuleKind.FRESHNESS: KindSpec(
        "timeliness",
        1,
        1,
        frozenset({"max_age_seconds"}),
        counts_rows=False,
        description="The newest value of the column is at most this old.",
    ),
    RuleKind.NO_OUTLIERS: KindSpec(
        "accuracy",
        1,
        1,
        frozenset({"min", "max"}),
        description="The number lies inside fences that were computed from the profile.",
    ),
}


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """One check in the rule language: everything that decides its result, and nothing else."""

    kind: RuleKind
    table: Fqn
    columns: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    threshold: Decimal = Decimal(1)
    """Smallest share of passing rows with which the rule still passes; 1 means every row."""
    ignores_nulls: bool = True
    """A null neither passes nor fails (except for NOT_NULL): it is not counted."""
    severity: Severity = Severity.MEDIUM
    dimension: str = ""

    def __post_init__(self) -> None:
        spec = KINDS[self.kind]
        if not spec.min_columns <= len(self.columns) <= spec.max_columns:
            raise Invalid("columns", f"{self.kind} takes {spec.min_columns} to {spec.max_columns} columns.")
        given = {name for name, value in self.parameters.items() if value is not None}
        if missing := spec.required - given:
            raise Invalid("parameters", f"{self.kind} needs the parameter {', '.join(sorted(missing))}.")
        if unknown := set(self.parameters) - spec.required - spec.optional:
            raise Invalid("parameters", f"{self.kind} has no parameter {', '.join(sorted(unknown))}.")
        if spec.optional and not spec.required and not given:
            raise Invalid("parameters", f"{self.kind} needs at least one of {', '.join(sorted(spec.optional))}.")
        if not 0 < self.threshold <= 1:
            raise Invalid("threshold", f"A threshold is above 0 and at most 1, not {self.threshold}.")
        if not self.dimension:
            object.__setattr__(self, "dimension", spec.dimension)

    @property
    def asset(self) -> Fqn:
        """What the rule judges: the column of a one-column rule, else the table."""
        return self.table.child(self.columns[0]) if len(self.columns) == 1 else self.table

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal for two rules that check the same thing on the same columns, whatever their bounds."""
        target = (self.parameters.get("referenced_table"), self.parameters.get("pattern"))
        return (self.kind, self.table, self.columns, *target)


class Outcome(StrEnum):
    """ERROR means that the check could not be evaluated; it is neither a pass nor a failure."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of one rule. A table-level check counts 1 evaluated and 0 or 1 failed."""

    observed_at: datetime
    evaluated: int
    """Rows that the rule speaks about (nulls left out where they are ignored)."""
    failed: int
    outcome: Outcome
    failing_keys: tuple[Mapping[str, str], ...] = ()
    """Keys of a bounded sample of failing rows: primary-key columns, personal ones masked."""
    failing_rows_sql: str | None = None
    """The statement that finds all failing rows in the source."""
    error: str | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.failed <= self.evaluated:
            raise Invalid("failed", f"{self.failed} failed of {self.evaluated} evaluated rows.")

    @property
    def passed(self) -> int:
        return self.evaluated - self.failed


@dataclass(frozen=True, slots=True)
class RuleProposal:
    """A rule that generation suggests, with the reason and the result of a trial run on the data."""

    definition: RuleDefinition
    meaning: str
    """The rule in plain words."""
    rationale: str
    confidence: float
    evidence: Mapping[str, object]
    trial: Evaluation
    origin: str
    """`profile`, or the provider and model that suggested it."""


@dataclass(frozen=True, slots=True)
class DqRule:
    """A rule as it is kept: one definition per version."""

    id: RuleId
    definition: RuleDefinition
    meaning: str
    rationale: str
    confidence: float
    state: RuleState
    version: int
    origin: str
    created_at: datetime
    updated_at: datetime


def judge(definition: RuleDefinition, evaluated: int, failed: int) -> Outcome:
    """PASSED when the share of passing rows reaches the threshold; nothing to evaluate is a pass."""
    if evaluated == 0:
        return Outcome.PASSED
    share = Decimal(evaluated - failed) / Decimal(evaluated)
    return Outcome.PASSED if share >= definition.threshold else Outcome.FAILED
