"""The kinds that judge a table as a whole: 1 evaluated, 0 or 1 failed, found in the scan of its other rules."""

from datetime import datetime, timedelta

from domain.rules.model import RuleDefinition
from domain.rules.parameters import Parameter
from flows.assessment.check import AggregateCheck
from flows.assessment.literals import moment_literal, number_literal
from flows.assessment.readings import ColumnReader, RuleNotApplicable


def row_count_check(rule: RuleDefinition) -> AggregateCheck:
    low, high = _count(rule.parameters.get("min")), _count(rule.parameters.get("max"))
    conditions = [
        f"count(*) {sign} {number_literal(bound)}" for sign, bound in ((">=", low), ("<=", high)) if bound is not None
    ]
    return AggregateCheck("1", f"CASE WHEN {' AND '.join(conditions)} THEN 0 ELSE 1 END", None)


def freshness_check(rule: RuleDefinition, column: ColumnReader, observed_at: datetime) -> AggregateCheck:
    """A value in the future says nothing about the age of the data; without any value there is nothing to judge."""
    newest = f"max({column.moment}) FILTER (WHERE {column.moment} <= {moment_literal(observed_at)})"
    oldest = moment_literal(_oldest_fresh(rule, observed_at))
    return AggregateCheck(
        evaluated=f"CASE WHEN {newest} IS NULL THEN 0 ELSE 1 END",
        failed=f"CASE WHEN {newest} < {oldest} THEN 1 ELSE 0 END",
        failing_rows=None,
    )


def _oldest_fresh(rule: RuleDefinition, observed_at: datetime) -> datetime:
    age = rule.parameters["max_age_seconds"]
    assert isinstance(age, int | float)
    try:
        return observed_at - timedelta(seconds=age)
    except OverflowError:
        raise RuleNotApplicable("max_age_seconds reaches back before the calendar; give a smaller number.") from None


def _count(bound: Parameter) -> int | None:
    return bound if isinstance(bound, int) else None
