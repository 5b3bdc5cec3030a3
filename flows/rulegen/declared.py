"""What the table's own constraints guarantee already: no rule has to repeat it."""

import re
from collections.abc import Callable, Mapping

from domain.assets.model import FoundTable
from domain.rules.model import RuleDefinition, RuleKind

_NUMBER = r"\(?'?(-?[0-9.]+)"


def is_guaranteed(table: FoundTable, rule: RuleDefinition) -> bool:
    return rule.kind in _GUARANTEES and _GUARANTEES[rule.kind](table, rule)


def _is_not_null(table: FoundTable, rule: RuleDefinition) -> bool:
    return not table.column(rule.columns[0]).nullable


def _is_key(table: FoundTable, rule: RuleDefinition) -> bool:
    return any(key and set(key) <= set(rule.columns) for key in (table.primary_key, *table.unique_keys))


def _is_foreign_key(table: FoundTable, rule: RuleDefinition) -> bool:
    return any(key.columns == rule.columns for key in table.foreign_keys)


def _is_checked_list(table: FoundTable, rule: RuleDefinition) -> bool:
    return any(re.search(r"\bANY\b|\bIN\b", check) for check in _checks_on(table, *rule.columns))


def _is_checked_order(table: FoundTable, rule: RuleDefinition) -> bool:
    return any(re.search(r"[<>]=?", check) for check in _checks_on(table, *rule.columns))


def _is_checked_form(table: FoundTable, rule: RuleDefinition) -> bool:
    return bool(_checks_on(table, *rule.columns))


def _checks_on(table: FoundTable, *columns: str) -> list[str]:
    """Check constraints that name all of these columns."""
    return [check for check in table.check_constraints if all(_names(check, column) for column in columns)]


def _names(check: str, column: str) -> bool:
    plain, quoted = re.escape(column), re.escape('"' + column.replace('"', '""') + '"')
    return bool(re.search(rf"(?<![\w\"]){plain}(?![\w\"])|{quoted}", check))


def _is_checked_range(table: FoundTable, rule: RuleDefinition) -> bool:
    """Only plain comparisons with a number are read; another check is taken to be about something else."""
    checks = _checks_on(table, rule.columns[0])
    low, high = rule.parameters.get("min"), rule.parameters.get("max")
    lows = [float(number) for check in checks for number in re.findall(rf">=?\s*{_NUMBER}", check)]
    highs = [float(number) for check in checks for number in re.findall(rf"<=?\s*{_NUMBER}", check)]
    low_is_held = low is None or (isinstance(low, int | float) and any(number >= low for number in lows))
    high_is_held = high is None or (isinstance(high, int | float) and any(number <= high for number in highs))
    return low_is_held and high_is_held


_GUARANTEES: Mapping[RuleKind, Callable[[FoundTable, RuleDefinition], bool]] = {
    RuleKind.NOT_NULL: _is_not_null,
    RuleKind.UNIQUE: _is_key,
    RuleKind.REFERENCE_EXISTS: _is_foreign_key,
    RuleKind.VALUE_RANGE: _is_checked_range,
    RuleKind.ACCEPTED_VALUES: _is_checked_list,
    RuleKind.ORDERED_PAIR: _is_checked_order,
    RuleKind.NOT_BLANK: _is_checked_form,
    RuleKind.MATCHES_PATTERN: _is_checked_form,
    RuleKind.HAS_SHAPE: _is_checked_form,
    RuleKind.TEXT_LENGTH: _is_checked_form,
}
