"""A bounded sample of rows as text, for what a profile of single columns cannot show: values and dependencies."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.assets.model import AssetType, FoundTable
from flows.enrichment.type_kinds import Kind, kind_of
from flows.failures import TableFailed
from flows.sources.base import Row, Source
from flows.sources.dialect import Dialect, quote_name, quote_table

MOST_ROWS = 10_000
MOST_COLUMNS = 100
SPARE_PERCENT = 120
"""Blocks are not equally full: a fifth more of them yields the rows that are wanted."""
LONGEST_TEXT = 400
"""Characters of a value that are read: enough to tell texts apart."""


@dataclass(frozen=True, slots=True)
class SampleRows:
    """Values by column, in the same order of rows. They stay in memory: no log, no error and no prompt holds them."""

    columns: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def counts(self, column: str) -> Counter[str]:
        return Counter(value for value in self.columns.get(column, ()) if value is not None)


async def read_rows(source: Source, table: FoundTable, row_count: int) -> SampleRows:
    """`row_count` is that of the table, as far as it is known."""
    names = [column.name for column in table.columns if kind_of(column.data_type) not in {Kind.BINARY, Kind.JSON}]
    names = names[:MOST_COLUMNS]
    if not names:
        return SampleRows()
    rows = await _read(source, table, names, _sampling(table, row_count, source.dialect))
    values = zip(*(tuple(row.values()) for row in rows), strict=True) if rows else ((),) * len(names)
    return SampleRows(dict(zip(names, map(tuple, values), strict=True)))


async def _read(source: Source, table: FoundTable, names: list[str], sampling: str) -> Sequence[Row]:
    """A foreign table looks like a table and cannot be sampled: then the first rows have to do."""
    try:
        return await source.fetch(_sample_sql(table, names, sampling))
    except TableFailed:
        if not sampling:
            raise
        return await source.fetch(_sample_sql(table, names, ""))


def _sample_sql(table: FoundTable, names: list[str], sampling: str) -> str:
    texts = ", ".join(
        f"left({quote_name(name)}::text, {LONGEST_TEXT}) AS value_{place}" for place, name in enumerate(names)
    )
    return f"SELECT {texts} FROM {quote_table(table.fqn)}{sampling} LIMIT {MOST_ROWS}"  # noqa: S608 - quoted


def _sampling(table: FoundTable, row_count: int, dialect: Dialect) -> str:
    """Rows of blocks from all over the table: its first blocks hold its oldest rows. A view has no blocks."""
    if table.type is AssetType.VIEW or row_count <= MOST_ROWS:
        return ""
    percent = min(100.0, SPARE_PERCENT * MOST_ROWS / row_count)
    return dialect.block_sample(percent)
