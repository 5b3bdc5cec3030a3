"""What the parameters of a rule may hold. Every refusal names the parameter and what it takes."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from domain.errors import Invalid
from domain.fqn import TABLE_DEPTH, Fqn
from domain.rules.patterns import PATTERNS
from domain.text import check_storable

Parameter = str | int | float | bool | list[str] | None

READINGS = ("integer", "number", "date")
"""What a text may have to be readable as."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check_parameters(parameters: Mapping[str, Parameter], column_count: int, *, counts_things: bool) -> None:
    """Refuse a value that its parameter cannot hold; that the names are right is checked by the caller."""
    for name, value in parameters.items():
        if value is not None:
            _CHECKS[name](name, value)
    _check_bounds(parameters.get("min"), parameters.get("max"), counts_things=counts_things)
    referenced = parameters.get("referenced_columns")
    if isinstance(referenced, list) and len(referenced) != column_count:
        raise Invalid("referenced_columns", f"{len(referenced)} referenced columns for {column_count} columns.")


def _check_bound(name: str, value: Parameter) -> None:
    if isinstance(value, str):
        _check_date(name, value)
    elif not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise Invalid(name, f"{name} is a finite number or an ISO date.")


def _check_date(name: str, value: str) -> None:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise Invalid(name, f"{name} is a finite number or an ISO date such as 2020-12-31.") from None


def _check_texts(name: str, value: Parameter) -> None:
    if not isinstance(value, list) or not value or not all(isinstance(text, str) for text in value):
        raise Invalid(name, f"{name} is a list of at least one text.")
    for text in value:
        check_storable(name, text)


def _check_choice(choices: tuple[str, ...]) -> Callable[[str, Parameter], None]:
    def check(name: str, value: Parameter) -> None:
        if value not in choices:
            raise Invalid(name, f"{name} is one of {', '.join(choices)}.")

    return check


def _check_table(name: str, value: Parameter) -> None:
    if not isinstance(value, str) or Fqn.parse(value).depth != TABLE_DEPTH:
        raise Invalid(name, f"{name} is the FQN of a table: service.database.schema.table.")
    check_storable(name, value)


def _check_age(name: str, value: Parameter) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
        raise Invalid(name, f"{name} is a number of seconds above 0.")


def _check_bounds(low: Parameter, high: Parameter, *, counts_things: bool) -> None:
    given = [bound for bound in (low, high) if bound is not None]
    if counts_things and not all(isinstance(bound, int) and bound >= 0 for bound in given):
        raise Invalid("min", "min and max are whole numbers of at least 0.")
    if len({isinstance(bound, str) for bound in given}) > 1:
        raise Invalid("max", "min and max are both numbers or both dates.")
    if given == [low, high] and _place(low) > _place(high):
        raise Invalid("max", f"max ({high}) is below min ({low}).")


def _place(bound: Parameter) -> float:
    """Where a checked bound stands among others of its type."""
    if isinstance(bound, str):
        moment = datetime.fromisoformat(bound)
        known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (known - _EPOCH).total_seconds()
    return float(bound) if isinstance(bound, int | float) else math.nan


_CHECKS: Mapping[str, Callable[[str, Parameter], None]] = {
    "min": _check_bound,
    "max": _check_bound,
    "values": _check_texts,
    "tokens": _check_texts,
    "shapes": _check_texts,
    "referenced_columns": _check_texts,
    "referenced_table": _check_table,
    "pattern": _check_choice(tuple(PATTERNS)),
    "type": _check_choice(READINGS),
    "max_age_seconds": _check_age,
}
