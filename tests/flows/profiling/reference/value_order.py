"""What values do when the rows are put in the order of the primary key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from domain.profiles.model import ValueOrder
from tests.flows.profiling.reference.values import Column, Kind, Value

_BY_STEPS = {
    frozenset({0}): ValueOrder.CONSTANT,
    frozenset({1}): ValueOrder.ASCENDING,
    frozenset({0, 1}): ValueOrder.NOT_DESCENDING,
    frozenset({-1}): ValueOrder.DESCENDING,
    frozenset({-1, 0}): ValueOrder.NOT_ASCENDING,
}


def expected_order(column: Column, primary_key: Mapping[str, Column]) -> ValueOrder | None:
    """None without a key, for its own columns, and for fewer than two values."""
    if column.kind not in {Kind.NUMBER, Kind.MOMENT} or not primary_key or column.name in primary_key:
        return None
    keys = [[comparable(value) for value in part.present] for part in primary_key.values()]
    rows = sorted(zip(zip(*keys, strict=True), column.values, strict=True), key=lambda row: row[0])
    values = [comparable(value) for _, value in rows if value is not None]
    steps = frozenset((later > earlier) - (later < earlier) for earlier, later in pairwise(values))
    return _BY_STEPS.get(steps, ValueOrder.NONE) if steps else None


def comparable(value: Value) -> Any:  # of one type in a column
    """NaN is larger than all numbers; texts compare by their code points."""
    compared = value.compared
    if isinstance(compared, int | float):
        return (True, 0.0) if math.isnan(compared) else (False, compared)
    return value.order if compared is None else compared
