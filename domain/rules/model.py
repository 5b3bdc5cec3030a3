"""The closed rule language: what a data-quality rule can say, and what its result means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, NewType, TypeVar
from uuid import UUID

from domain.errors import Invalid
from domain.fqn import Fqn
from domain.rules.parameters import Parameter, check_parameters
from domain.rules.patterns import PATTERNS
from domain.text import check_text

RuleId = NewType("RuleId", UUID)
V = TypeVar("V")

MAX_RATIONALE_LENGTH = 1000


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
    READS_AS = "READS_AS"
    HAS_SHAPE = "HAS_SHAPE"
    NO_MISSING_TOKENS = "NO_MISSING_TOKENS"
    NO_STRAY_SPACE = "NO_STRAY_SPACE"
    FUNCTIONAL_DEPENDENCY = "FUNCTIONAL_DEPENDENCY"


@dataclass(frozen=True, slots=True)
class KindSpec:
    """What a kind needs: how many columns, which parameters, and the dimension that it scores."""

    dimension: str
    min_columns: int
    max_columns: int
    sentence: str
    """The check in plain words; the names in braces are filled in by `meaning`."""
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    counts_rows: bool = True
    """False: the check looks at the table as a whole and passes or fails as one."""
    counts_things: bool = False
    """True: min and max are numbers of rows or characters, not values."""
    description: str = ""


KINDS: Mapping[RuleKind, KindSpec] = {
    RuleKind.NOT_NULL: KindSpec(
        "completeness", 1, 1, "{columns} has a value", description="The column has a value in every row."
    ),
    RuleKind.UNIQUE: KindSpec(
        "uniqueness",
        1,
        8,
        "No two rows share the same {columns}",
        description="No two rows share the values of these columns; every row that shares them fails.",
    ),
    RuleKind.ACCEPTED_VALUES: KindSpec(
        "validity",
        1,
        1,
        "{columns} is one of {values}",
        frozenset({"values"}),
        description="The value is one of a fixed list.",
    ),
    RuleKind.VALUE_RANGE: KindSpec(
        "validity",
        1,
        1,
        "{columns} is {bounds}",
        optional=frozenset({"min", "max"}),
        description="The number (or ISO date) lies between min and max, both included; one end may be open.",
    ),
    RuleKind.TEXT_LENGTH: KindSpec(
        "validity",
        1,
        1,
        "{columns} has {bounds} characters",
        optional=frozenset({"min", "max"}),
        counts_things=True,
        description="The text has min to max characters.",
    ),
    RuleKind.MATCHES_PATTERN: KindSpec(
        "validity",
        1,
        1,
        "{columns} is well-formed: {pattern}",
        frozenset({"pattern"}),
        description="The text is a well-formed value of a named pattern (email, iban, …); blank text is not judged.",
    ),
    RuleKind.NOT_BLANK: KindSpec(
        "completeness",
        1,
        1,
        "{columns} is not blank",
        description="The text is not empty and not only white space.",
    ),
    RuleKind.NOT_IN_FUTURE: KindSpec(
        "accuracy",
        1,
        1,
        "{columns} is not in the future",
        description="The date or time is not after the reading; without a time zone it is taken as UTC.",
    ),
    RuleKind.ORDERED_PAIR: KindSpec(
        "consistency",
        2,
        2,
        "{first} is not after (not greater than) {last}",
        description="The first column is not after (not greater than) the second.",
    ),
    RuleKind.REFERENCE_EXISTS: KindSpec(
        "integrity",
        1,
        8,
        "{columns} exists in {reference}",
        frozenset({"referenced_table", "referenced_columns"}),
        description="The values exist as a row of the referenced table.",
    ),
    RuleKind.ROW_COUNT: KindSpec(
        "volume",
        0,
        0,
        "The number of rows is {bounds}",
        optional=frozenset({"min", "max"}),
        counts_rows=False,
        counts_things=True,
        description="The table has min to max rows.",
    ),
    RuleKind.FRESHNESS: KindSpec(
        "timeliness",
        1,
        1,
        "The newest {columns} is at most {age} old",
        frozenset({"max_age_seconds"}),
        counts_rows=False,
        description="The newest value of the column that is not in the future is at most this old.",
    ),
    RuleKind.NO_OUTLIERS: KindSpec(
        "accuracy",
        1,
        1,
        "{columns} is no outlier: it is {bounds}",
        frozenset({"min", "max"}),
        description="The number lies inside fences that were computed from the profile.",
    ),
    RuleKind.READS_AS: KindSpec(
        "validity",
        1,
        1,
        "{columns} can be read as {type}",
        frozenset({"type"}),
        description="The text can be read as the type (integer, number or date); blank text is not judged.",
    ),
    RuleKind.HAS_SHAPE: KindSpec(
        "validity",
        1,
        1,
        "{columns} is written like {shapes}",
        frozenset({"shapes"}),
        description="The text has one of these shapes: 9 for a digit, A or a for an ASCII letter, the rest as is.",
    ),
    RuleKind.NO_MISSING_TOKENS: KindSpec(
        "completeness",
        1,
        1,
        "{columns} holds no stand-in for a missing value ({tokens})",
        frozenset({"tokens"}),
        description="The text, trimmed and in lower case, is none of the tokens (n/a, null, …).",
    ),
    RuleKind.NO_STRAY_SPACE: KindSpec(
        "validity",
        1,
        1,
        "{columns} neither begins nor ends with white space",
        description="The text neither begins nor ends with white space.",
    ),
    RuleKind.FUNCTIONAL_DEPENDENCY: KindSpec(
        "consistency",
        2,
        4,
        "Rows with the same {determinants} have the same {last}",
        description="The last column follows from the others; a row fails unless it holds its group's usual value.",
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
        if len(set(self.columns)) < len(self.columns):
            raise Invalid("columns", f"{self.kind} names a column twice; name each column once.")
        check_parameters(self.parameters, len(self.columns), counts_things=spec.counts_things)
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


def meaning(definition: RuleDefinition) -> str:
    """The rule in plain words, from its definition alone."""
    sentence = KINDS[definition.kind].sentence.format_map(_words(definition))
    share = "" if definition.threshold == 1 else f", in at least {_percent(definition.threshold)} of the rows"
    nulls = "" if definition.ignores_nulls or definition.kind is RuleKind.NOT_NULL else "; a missing value fails"
    return f"{sentence}{share}{nulls}."


_TYPES = {"integer": "a whole number", "number": "a number", "date": "a date"}


def _words(definition: RuleDefinition) -> Mapping[str, str]:
    given, columns = definition.parameters, definition.columns
    return {
        "columns": " and ".join(columns),
        "first": columns[0] if columns else "",
        "last": columns[-1] if columns else "",
        "determinants": " and ".join(columns[:-1]),
        "bounds": _bounds(given.get("min"), given.get("max")),
        "values": _listed(given.get("values")),
        "tokens": _listed(given.get("tokens")),
        "shapes": _listed(given.get("shapes")),
        "type": _TYPES.get(str(given.get("type")), ""),
        "pattern": _pattern_words(given.get("pattern")),
        "reference": f"{_listed(given.get('referenced_columns'))} of {given.get('referenced_table')}",
        "age": _age(given.get("max_age_seconds")),
    }


def _bounds(low: Parameter, high: Parameter) -> str:
    if low is not None and high is not None:
        return f"exactly {low}" if low == high else f"between {low} and {high}"
    return f"at least {low}" if high is None else f"at most {high}"


def _listed(values: Parameter) -> str:
    return ", ".join(values) if isinstance(values, list) else ""


def _pattern_words(name: Parameter) -> str:
    if not isinstance(name, str):
        return ""
    description = PATTERNS[name].description.rstrip(".")
    return description[0].lower() + description[1:]


def _age(seconds: Parameter) -> str:
    if not isinstance(seconds, int | float):
        return ""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.4g} {unit}"
    return f"{seconds:g} seconds"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


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

    def without_rows(self) -> Evaluation:
        """For those who may not see which rows failed."""
        return replace(self, failing_keys=(), failing_rows_sql=None)


@dataclass(frozen=True, slots=True)
class Executed:
    """The result of one version of one rule."""

    rule_id: RuleId
    rule_version: int
    evaluation: Evaluation


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
class WrittenRule:
    """A rule of a person, who is sure of it and need not give a reason."""

    definition: RuleDefinition
    rationale: str = ""
    is_active: bool = False
    """True: it is evaluated from now on; False: it is a draft until somebody activates it."""

    origin: ClassVar[str] = "person"
    confidence: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        check_rationale(self.rationale)

    @property
    def meaning(self) -> str:
        return meaning(self.definition)


@dataclass(frozen=True, slots=True)
class RuleEdit:
    """What is to be different in a rule; None stays as it is. What it looks at and what it scores never change."""

    parameters: Mapping[str, Parameter] | None = None
    threshold: Decimal | None = None
    ignores_nulls: bool | None = None
    severity: Severity | None = None
    rationale: str | None = None

    def __post_init__(self) -> None:
        check_rationale(self.rationale or "")

    def applied_to(self, definition: RuleDefinition) -> RuleDefinition:
        return replace(
            definition,
            parameters=_either(self.parameters, definition.parameters),
            threshold=_either(self.threshold, definition.threshold),
            ignores_nulls=_either(self.ignores_nulls, definition.ignores_nulls),
            severity=_either(self.severity, definition.severity),
        )


def _either(given: V | None, known: V) -> V:
    return known if given is None else given


def check_rationale(text: str) -> None:
    if text:
        check_text("rationale", text, MAX_RATIONALE_LENGTH)


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
