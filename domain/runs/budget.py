"""What a run may take from its source, and what it has taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from domain.errors import Invalid

BUDGET = ("budget_seconds", "budget_rows", "budget_bytes")
"""The parameters of a run that set one."""
BUDGET_ENDED = "BUDGET_ENDED"
"""Why an item was left out, as its error's code."""
NAMED = 100
"""Tables that miss something which a run's output names; its items name all."""
IN_OUTPUT, IN_OUTPUT_MISSING = "budget", "missing"
"""Under which names a run's output holds its budget, and what is missing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """None where there is no limit. `bytes` are those of the copied values, as the copy holds them."""

    seconds: float | None = None
    rows: int | None = None
    bytes: int | None = None

    @property
    def are_set(self) -> bool:
        return (self.seconds, self.rows, self.bytes) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Spent:
    seconds: float
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one try of a run: a retry has it anew."""

    limits: Limits
    began_at: datetime

    @classmethod
    def read(cls, output: Mapping[str, Any]) -> Budget:  # as `written` gives it
        kept = dict(output[IN_OUTPUT])
        began_at = datetime.fromisoformat(kept.pop("began_at"))
        return cls(Limits(**kept), began_at)

    def written(self) -> dict[str, Any]:  # JSON
        return {IN_OUTPUT: {**asdict(self.limits), "began_at": self.began_at.isoformat()}}

    def grant(self, spent: Spent, rows: int | None) -> Grant:
        """For a table that is expected to take so many rows; None where nobody knows."""
        limits = self.limits
        if limits.seconds is not None and spent.seconds >= limits.seconds:
            return Grant(refusal=f"The run's budget of {limits.seconds:g} seconds had ended before it was begun.")
        if limits.bytes is not None and spent.bytes >= limits.bytes:
            return Grant(refusal=f"The run's budget of {limits.bytes:,} bytes had ended before it was begun.")
        left = None if limits.rows is None else max(limits.rows - spent.rows, 0)
        if limits.rows is not None and left is not None and left < (1 if rows is None else rows):
            wanted = "at least one" if rows is None else f"about {rows:,}"
            return Grant(refusal=f"Of the run's budget of {limits.rows:,} rows {left:,} were left; it takes {wanted}.")
        return Grant(rows=left, seconds=None if limits.seconds is None else limits.seconds - spent.seconds)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a table may take, None without a limit; or why it has to be left out."""

    rows: int | None = None
    seconds: float | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What a try has taken, and what is missing of its run."""

    spent: Spent
    tables: tuple[str, ...]
    """Those that were left out, as FQNs."""
    incomplete: Mapping[str, int]
    """Of other tables the number of columns that were left out, by FQN."""

    def written(self) -> dict[str, Any]:  # JSON
        """For the run's output, with the first of those that miss something."""
        names = [*self.tables, *self.incomplete]
        missing = {"tables": len(self.tables), "columns": sum(self.incomplete.values()), "first": names[:NAMED]}
        return {"spent": asdict(self.spent), IN_OUTPUT_MISSING: missing}


def words_of_missing(output: Mapping[str, Any]) -> str:  # as `Account.written` gives it
    """Nothing where nothing is missing, or there was no budget."""
    missing = output.get(IN_OUTPUT_MISSING, {})
    tables, columns = missing.get("tables", 0), missing.get("columns", 0)
    return f"Tables left out by the budget: {tables:,}; columns of others: {columns:,}." if tables or columns else ""


def check_budget(parameters: Mapping[str, object]) -> None:
    seconds = parameters.get("budget_seconds")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0):
        raise Invalid("budget.seconds", "A budget of seconds is a number above 0.")
    for name in ("rows", "bytes"):
        value = parameters.get(f"budget_{name}")
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise Invalid(f"budget.{name}", f"A budget of {name} is a whole number, at least 1.")
