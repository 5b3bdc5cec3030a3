"""Evaluates the rules of one table. A rule that cannot be asked is an ERROR and takes no other rule with it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from domain.assets.model import FoundTable
from domain.rules.model import Evaluation, Outcome, RuleDefinition, judge
from flows.assessment.check import AggregateCheck, Check
from flows.assessment.compile import Scan, check_of, scans
from flows.assessment.failing_rows import failing_keys
from flows.failures import TableFailed
from flows.sources.base import Source
from flows.sources.dialect import Dialect

AT_ONCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Count:
    evaluated: int
    failed: int
    seconds: float


Answer = Count | TableFailed


async def evaluate(
    source: Source,
    table: FoundTable,
    rules: Sequence[RuleDefinition],
    observed_at: datetime,
    masked_columns: frozenset[str] = frozenset(),
) -> tuple[Evaluation, ...]:
    """One evaluation per rule, in their order. `masked_columns` hold personal data: their keys are not shown."""
    checks, answers = _compiled(rules, table, observed_at, source.dialect)
    async for place, answer in _ask_all(source, table, checks):
        answers[place] = answer
    evaluations = []
    for place, rule in enumerate(rules):
        evaluation = _judged(rule, checks.get(place), answers[place], observed_at)
        evaluations.append(await _with_keys(source, table, evaluation, masked_columns))
    return tuple(evaluations)


def _compiled(
    rules: Sequence[RuleDefinition], table: FoundTable, observed_at: datetime, dialect: Dialect
) -> tuple[dict[int, Check], dict[int, Answer]]:
    checks: dict[int, Check] = {}
    refused: dict[int, Answer] = {}
    for place, rule in enumerate(rules):
        try:
            checks[place] = check_of(rule, table, observed_at, dialect)
        except TableFailed as refusal:
            refused[place] = refusal
    return checks, refused


async def _ask_all(source: Source, table: FoundTable, checks: Mapping[int, Check]) -> AsyncIterator[tuple[int, Answer]]:
    for scan in scans(table, checks):
        async for found in _ask(source, table, scan, checks):
            yield found


async def _ask(
    source: Source, table: FoundTable, scan: Scan, checks: Mapping[int, Check]
) -> AsyncIterator[tuple[int, Answer]]:
    """A scan that fails is halved until the rule at fault stands alone, so one bad rule costs few further scans."""
    started = perf_counter()
    try:
        for place, count in (await _counts(source, scan)).items():
            yield place, count
    except TableFailed as failure:
        if len(scan.positions) == 1 or _nobody_is_at_fault(scan, checks, perf_counter() - started):
            for place in scan.positions:
                yield place, failure
            return
        middle = len(scan.positions) // 2
        for half in (scan.positions[:middle], scan.positions[middle:]):
            async for found in _ask_all(source, table, {place: checks[place] for place in half}):
                yield found


def _nobody_is_at_fault(scan: Scan, checks: Mapping[int, Check], seconds: float) -> bool:
    """What the server does not understand fails at once; a scan that fails late met a lock or a time-out, and would
    meet it again with fewer rules. Statements that group may well be too heavy together.
    """
    return seconds > AT_ONCE_SECONDS and isinstance(checks[scan.positions[0]], AggregateCheck)


async def _counts(source: Source, scan: Scan) -> dict[int, Count]:
    """Each check is given its share of the time of their common scan."""
    started = perf_counter()
    row = (await source.fetch(scan.sql))[0]
    seconds = (perf_counter() - started) / len(scan.positions)
    return {place: Count(row[f"evaluated_{place}"], row[f"failed_{place}"], seconds) for place in scan.positions}


def _judged(rule: RuleDefinition, check: Check | None, answer: Answer, observed_at: datetime) -> Evaluation:
    if isinstance(answer, TableFailed):
        return Evaluation(observed_at, 0, 0, Outcome.ERROR, error=answer.message)
    return Evaluation(
        observed_at=observed_at,
        evaluated=answer.evaluated,
        failed=answer.failed,
        outcome=judge(rule, answer.evaluated, answer.failed),
        failing_rows_sql=check.failing_rows if check else None,
        seconds=answer.seconds,
    )


async def _with_keys(
    source: Source, table: FoundTable, evaluation: Evaluation, masked_columns: frozenset[str]
) -> Evaluation:
    if not evaluation.failed or evaluation.failing_rows_sql is None:
        return evaluation
    keys = await failing_keys(source, table, evaluation.failing_rows_sql, masked_columns)
    return replace(evaluation, failing_keys=keys)
