"""The log of snapshots has one partition a month, and one for every time that has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

LOG = "metric_snapshot"
ELSEWHERE = f"{LOG}_elsewhere"
"""Takes what falls into no month that has been made."""
MONTHS_AHEAD = 3


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        return cls(moment.astimezone(UTC).year, moment.astimezone(UTC).month)

    @property
    def next(self) -> Month:
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def begin(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def partition(self) -> str:
        return f"{LOG}_{self.year:04}_{self.number:02}"


def months_from(moment: datetime) -> Iterator[Month]:
    """The month of the moment and those that follow, as far as they are made ahead."""
    month = Month.of(moment)
    for _ in range(MONTHS_AHEAD + 1):
        yield month
        month = month.next


def is_partition(table: str | None) -> bool:
    return table is not None and table.startswith(f"{LOG}_")


def creation_of(month: Month) -> Sequence[str]:
    """The statements that give a month its partition, with the rows that were stored elsewhere before.

    For one transaction, and only when the partition is not there.
    """
    begin, end = month.begin.isoformat(), month.next.begin.isoformat()
    moved = f"observed_at >= '{begin}' AND observed_at < '{end}'"
    return (
        f"CREATE TABLE {month.partition} (LIKE {LOG} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)",
        f"INSERT INTO {month.partition} SELECT * FROM {ELSEWHERE} WHERE {moved}",  # noqa: S608 - names and times of this module
        f"DELETE FROM {ELSEWHERE} WHERE {moved}",  # noqa: S608 - as above
        f"ALTER TABLE {LOG} ATTACH PARTITION {month.partition} FOR VALUES FROM ('{begin}') TO ('{end}')",
    )
