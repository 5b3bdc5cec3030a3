"""The rules again, in plain Python over rows in memory: what the evaluation in SQL has to agree with."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from domain.rules.model import RuleDefinition, RuleKind
from domain.rules.patterns import is_well_formed

WHITE_SPACE = " \t\n\r\f\v\u00a0"
NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?")
Row = Mapping[str, str | None]


def count(rule: RuleDefinition, rows: Sequence[Row]) -> tuple[int, int]:
    """Evaluated and failed rows."""
    if rule.kind is RuleKind.UNIQUE:
        return _unique(rule, rows)
    if rule.kind is RuleKind.FUNCTIONAL_DEPENDENCY:
        return _dependent(rule, rows)
    judged = [row for row in rows if _is_judged(rule, row)]
    return len(judged), sum(not _passes(rule, row) for row in judged)


def _is_judged(rule: RuleDefinition, row: Row) -> bool:
    values = [row[name] for name in rule.columns]
    if rule.kind is RuleKind.NOT_NULL:
        return True
    if rule.kind in _BLANK_IS_JUDGED:
        return None not in values
    return all(value is not None and value.strip(WHITE_SPACE) for value in values)


def _passes(rule: RuleDefinition, row: Row) -> bool:
    values = [row[name] for name in rule.columns]
    if None in values:
        return False
    return _CHECKS[rule.kind](rule, *(str(value) for value in values))


def _unique(rule: RuleDefinition, rows: Sequence[Row]) -> tuple[int, int]:
    counts = Counter(key for row in rows if None not in (key := tuple(row[name] for name in rule.columns)))
    return counts.total(), sum(count for count in counts.values() if count > 1)


def _dependent(rule: RuleDefinition, rows: Sequence[Row]) -> tuple[int, int]:
    keys = [key for row in rows if None not in (key := tuple(row[name] for name in rule.columns))]
    groups: dict[object, Counter[str]] = {}
    for key in keys:
        groups.setdefault(key[:-1], Counter())[str(key[-1])] += 1
    return len(keys), sum(group.total() - _usual(group) for group in groups.values())


def _usual(group: Counter[str]) -> int:
    """Rows with the single most frequent value; a blank wins only alone."""
    filled = {value: count for value, count in group.items() if value.strip(WHITE_SPACE)}
    if not filled:
        return group.total() if len(group) == 1 else 0
    best = max(filled.values())
    return best if list(filled.values()).count(best) == 1 else 0


def number(text: str) -> Decimal | None:
    stripped = text.strip(WHITE_SPACE)
    return Decimal(stripped) if NUMBER.fullmatch(stripped) else None


def day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip(WHITE_SPACE))
    except ValueError:
        return None
    return found if len(text.strip(WHITE_SPACE)) == len("2020-01-01") else None


def _in_range(rule: RuleDefinition, text: str) -> bool:
    low, high, found = rule.parameters["min"], rule.parameters["max"], number(text)
    assert isinstance(low, int)
    assert isinstance(high, int)
    return found is not None and low <= found <= high


def _in_order(_: RuleDefinition, first: str, last: str) -> bool:
    days, numbers = (day(first), day(last)), (number(first), number(last))
    if days[0] and days[1]:
        return days[0] <= days[1]
    return numbers[0] is not None and numbers[1] is not None and numbers[0] <= numbers[1]


def _has_length(rule: RuleDefinition, text: str) -> bool:
    low, high = rule.parameters["min"], rule.parameters["max"]
    assert isinstance(low, int)
    assert isinstance(high, int)
    return low <= len(text) <= high


def _shape(text: str) -> str:
    digits = re.sub("[0-9]", "9", text)
    return re.sub("[a-z]", "a", re.sub("[A-Z]", "A", digits))


def _listed(rule: RuleDefinition, parameter: str) -> Sequence[str]:
    values = rule.parameters[parameter]
    assert isinstance(values, list)
    return values


def _token(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text.strip(WHITE_SPACE))


_BLANK_IS_JUDGED = {RuleKind.NOT_BLANK, RuleKind.ACCEPTED_VALUES, RuleKind.TEXT_LENGTH, RuleKind.NO_MISSING_TOKENS}
_CHECKS: Mapping[RuleKind, Callable[..., bool]] = {
    RuleKind.NOT_NULL: lambda _, text: True,
    RuleKind.NOT_BLANK: lambda _, text: bool(text.strip(WHITE_SPACE)),
    RuleKind.ACCEPTED_VALUES: lambda rule, text: text in _listed(rule, "values"),
    RuleKind.VALUE_RANGE: _in_range,
    RuleKind.NO_OUTLIERS: _in_range,
    RuleKind.TEXT_LENGTH: _has_length,
    RuleKind.MATCHES_PATTERN: lambda rule, text: is_well_formed(str(rule.parameters["pattern"]), text),
    RuleKind.ORDERED_PAIR: _in_order,
    RuleKind.READS_AS: lambda rule, text: number(text) is not None,
    RuleKind.HAS_SHAPE: lambda rule, text: _shape(text) in _listed(rule, "shapes"),
    RuleKind.NO_MISSING_TOKENS: lambda rule, text: _token(text) not in _listed(rule, "tokens"),
    RuleKind.NO_STRAY_SPACE: lambda _, text: text == text.strip(WHITE_SPACE),
}
