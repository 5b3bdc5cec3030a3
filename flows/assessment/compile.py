"""Rules of one table become as few statements as possible: one scan for all that can be counted row by row."""
# ruff: noqa: S608 - every name and every value is quoted where it enters the text

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.assets.model import FoundTable
from domain.rules.model import RuleDefinition, RuleKind
from flows.assessment.check import AggregateCheck, Check, SelectCheck
from flows.assessment.group_checks import dependency_check, reference_check, unique_check
from flows.assessment.readings import ColumnReader, reader
from flows.assessment.row_checks import RowQuestion, row_check
from flows.assessment.table_checks import freshness_check, row_count_check
from flows.sources.dialect import Dialect, quote_table

MOST_CHECKS_PER_SCAN = 400
"""Two result columns a check; PostgreSQL returns at most 1,664."""
MOST_SELECTS_PER_SCAN = 16
"""Statements that group or join, asked together: their memory in the source adds up."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One statement that answers several checks: `evaluated_<n>` and `failed_<n>` for each position n."""

    sql: str
    positions: tuple[int, ...]


def compile_rules(
    rules: Sequence[RuleDefinition], table: FoundTable, observed_at: datetime, dialect: Dialect
) -> list[Scan]:
    """Positions are those of `rules`. Raises `RuleNotApplicable` for a rule that the table cannot answer."""
    return scans(table, {place: check_of(rule, table, observed_at, dialect) for place, rule in enumerate(rules)})


def check_of(rule: RuleDefinition, table: FoundTable, observed_at: datetime, dialect: Dialect) -> Check:
    columns = [reader(table, name, dialect) for name in rule.columns]
    if rule.kind in _GROUP_CHECKS:
        return _GROUP_CHECKS[rule.kind](rule, table, columns)
    if rule.kind is RuleKind.ROW_COUNT:
        return row_count_check(rule)
    if rule.kind is RuleKind.FRESHNESS:
        return freshness_check(rule, columns[0], observed_at)
    return _counting(RowQuestion(rule, columns, observed_at), table)


def scans(table: FoundTable, checks: Mapping[int, Check]) -> list[Scan]:
    counted = {place: check for place, check in checks.items() if isinstance(check, AggregateCheck)}
    selected = {place: check for place, check in checks.items() if isinstance(check, SelectCheck)}
    return [
        *(
            _one_scan(table, {place: counted[place] for place in chunk})
            for chunk in _chunks(counted, MOST_CHECKS_PER_SCAN)
        ),
        *(_one_row({place: selected[place] for place in chunk}) for chunk in _chunks(selected, MOST_SELECTS_PER_SCAN)),
    ]


def _counting(question: RowQuestion, table: FoundTable) -> AggregateCheck:
    check, ignores_nulls = row_check(question), question.rule.ignores_nulls
    counted = check.present if ignores_nulls else "true"
    passes = check.passes if ignores_nulls else f"{check.present} AND {check.passes}"
    fails = f"({counted}) AND ({passes}) IS NOT TRUE"
    return AggregateCheck(
        evaluated=f"count(*) FILTER (WHERE {counted})",
        failed=f"count(*) FILTER (WHERE {fails})",
        failing_rows=f"SELECT * FROM {quote_table(table.fqn)} WHERE {fails}",
    )


def _one_scan(table: FoundTable, checks: Mapping[int, AggregateCheck]) -> Scan:
    answers = (
        f"{check.evaluated} AS evaluated_{place}, {check.failed} AS failed_{place}" for place, check in checks.items()
    )
    return Scan(f"SELECT {', '.join(answers)} FROM {quote_table(table.fqn)}", tuple(checks))


def _one_row(checks: Mapping[int, SelectCheck]) -> Scan:
    selects = (
        f"({check.select}) AS check_{place}(evaluated_{place}, failed_{place})" for place, check in checks.items()
    )
    return Scan(f"SELECT * FROM {' CROSS JOIN '.join(selects)}", tuple(checks))


def _chunks(places: Mapping[int, Check], size: int) -> Iterator[list[int]]:
    ordered = list(places)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


_GROUP_CHECKS: Mapping[RuleKind, Callable[[RuleDefinition, FoundTable, Sequence[ColumnReader]], SelectCheck]] = {
    RuleKind.UNIQUE: unique_check,
    RuleKind.REFERENCE_EXISTS: reference_check,
    RuleKind.FUNCTIONAL_DEPENDENCY: dependency_check,
}
