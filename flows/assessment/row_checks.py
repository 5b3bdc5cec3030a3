"""What each row-counting kind asks of a single row, as SQL conditions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.rules.model import RuleDefinition, RuleKind
from domain.rules.parameters import Parameter
from flows.assessment.literals import moment_literal, number_literal
from flows.assessment.pattern_sql import is_well_formed
from flows.assessment.readings import INTEGER, NUMBER, ColumnReader
from flows.sources.dialect import quote_text

_DATE_ONLY = len("2020-12-31")


@dataclass(frozen=True, slots=True)
class RowCheck:
    """`present`: the row has what the rule speaks about. `passes`: null counts as not passing."""

    present: str
    passes: str


@dataclass(frozen=True, slots=True)
class RowQuestion:
    """A rule with its columns made readable, asked at one moment."""

    rule: RuleDefinition
    columns: Sequence[ColumnReader]
    observed_at: datetime

    @property
    def column(self) -> ColumnReader:
        return self.columns[0]

    def texts(self, parameter: str) -> list[str]:
        value = self.rule.parameters[parameter]
        return value if isinstance(value, list) else []


def row_check(question: RowQuestion) -> RowCheck:
    return _CHECKS[question.rule.kind](question)


def _not_null(question: RowQuestion) -> RowCheck:
    return RowCheck("true", f"{question.column.plain} IS NOT NULL")


def _not_blank(question: RowQuestion) -> RowCheck:
    column = question.column
    return RowCheck(f"{column.plain} IS NOT NULL", f"{column.trimmed} <> ''")


def _accepted_values(question: RowQuestion) -> RowCheck:
    column = question.column
    return RowCheck(f"{column.plain} IS NOT NULL", f"{column.text} IN ({_listed(question.texts('values'), column)})")


def _listed(texts: Iterable[str], column: ColumnReader) -> str:
    return ", ".join(map(column.dialect.text_literal, texts))


def _within_bounds(question: RowQuestion) -> RowCheck:
    column, given = question.column, question.rule.parameters
    low, high = given.get("min"), given.get("max")
    reading = column.moment if isinstance(low, str) or isinstance(high, str) else column.number
    conditions = [_at_least(reading, low), _at_most(reading, high)]
    return RowCheck(column.filled, " AND ".join(condition for condition in conditions if condition))


def _at_least(reading: str, low: Parameter) -> str | None:
    return None if low is None else f"{reading} >= {_bound(low)}"


def _at_most(reading: str, high: Parameter) -> str | None:
    """A date without a time stands for its whole day, so its last second is included."""
    if high is None:
        return None
    whole_day = isinstance(high, str) and len(high) <= _DATE_ONLY
    return f"date_trunc('day', {reading}) <= {_bound(high)}" if whole_day else f"{reading} <= {_bound(high)}"


def _bound(bound: Parameter) -> str:
    if isinstance(bound, str):
        return moment_literal(datetime.fromisoformat(bound))
    assert isinstance(bound, int | float)
    return number_literal(bound)


def _text_length(question: RowQuestion) -> RowCheck:
    length, given = f"length({question.column.text})", question.rule.parameters
    conditions = [_at_least(length, given.get("min")), _at_most(length, given.get("max"))]
    present = f"{question.column.plain} IS NOT NULL"
    return RowCheck(present, " AND ".join(condition for condition in conditions if condition))


def _matches_pattern(question: RowQuestion) -> RowCheck:
    column = question.column
    return RowCheck(
        column.filled, is_well_formed(str(question.rule.parameters["pattern"]), column.text, column.dialect)
    )


def _not_in_future(question: RowQuestion) -> RowCheck:
    column = question.column
    return RowCheck(column.filled, f"{column.moment} <= {moment_literal(question.observed_at)}")


def _ordered_pair(question: RowQuestion) -> RowCheck:
    first, last = question.columns
    return RowCheck(f"{first.filled} AND {last.filled}", _in_order(first, last))


def _in_order(first: ColumnReader, last: ColumnReader) -> str:
    """Two texts are compared as dates where both are dates, else as numbers."""
    forms = {first.form, last.form}
    if any(form.is_moment for form in forms):
        return f"{first.moment} <= {last.moment}"
    if any(form.is_number for form in forms):
        return f"{first.number} <= {last.number}"
    return f"coalesce({first.moment} <= {last.moment}, {first.number} <= {last.number})"


def _reads_as(question: RowQuestion) -> RowCheck:
    column = question.column
    match question.rule.parameters["type"]:
        case "integer":
            passes = f"{column.trimmed} ~ {quote_text(INTEGER)}"
        case "number":
            passes = f"{column.trimmed} ~ {quote_text(NUMBER)}"
        case _:
            passes = column.reads_as_date
    return RowCheck(column.filled, passes)


def _has_shape(question: RowQuestion) -> RowCheck:
    column, shape = question.column, question.column.text
    for characters, mark in (("[0-9]", "9"), ("[A-Z]", "A"), ("[a-z]", "a")):
        shape = f"regexp_replace({shape}, '{characters}', '{mark}', 'g')"
    return RowCheck(column.filled, f"{shape} IN ({_listed(question.texts('shapes'), column)})")


def _no_missing_tokens(question: RowQuestion) -> RowCheck:
    column = question.column
    tokens = _listed((token.strip().lower() for token in question.texts("tokens")), column)
    return RowCheck(f"{column.plain} IS NOT NULL", f"lower({column.trimmed}) NOT IN ({tokens})")


def _no_stray_space(question: RowQuestion) -> RowCheck:
    column = question.column
    return RowCheck(column.filled, f"{column.text} = {column.trimmed}")


_CHECKS: Mapping[RuleKind, Callable[[RowQuestion], RowCheck]] = {
    RuleKind.NOT_NULL: _not_null,
    RuleKind.NOT_BLANK: _not_blank,
    RuleKind.ACCEPTED_VALUES: _accepted_values,
    RuleKind.VALUE_RANGE: _within_bounds,
    RuleKind.NO_OUTLIERS: _within_bounds,
    RuleKind.TEXT_LENGTH: _text_length,
    RuleKind.MATCHES_PATTERN: _matches_pattern,
    RuleKind.NOT_IN_FUTURE: _not_in_future,
    RuleKind.ORDERED_PAIR: _ordered_pair,
    RuleKind.READS_AS: _reads_as,
    RuleKind.HAS_SHAPE: _has_shape,
    RuleKind.NO_MISSING_TOKENS: _no_missing_tokens,
    RuleKind.NO_STRAY_SPACE: _no_stray_space,
}
