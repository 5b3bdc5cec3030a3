"""One compiled rule: SQL that counts, and SQL that finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AggregateCheck:
    """Two aggregates over the rows of the table, so that many checks share one scan."""

    evaluated: str
    failed: str
    failing_rows: str | None
    """The statement that finds all failing rows; None where the table as a whole is judged."""


@dataclass(frozen=True, slots=True)
class SelectCheck:
    """A statement of its own, which returns one row (evaluated, failed)."""

    select: str
    failing_rows: str


Check = AggregateCheck | SelectCheck
