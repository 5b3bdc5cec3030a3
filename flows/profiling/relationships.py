"""References that nobody declared: found by names, confirmed by values."""

# ruff: noqa: S608 - names are quoted, the limit is a constant

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice

import structlog

from domain.assets.model import AssetType, FoundColumn, FoundTable
from domain.fqn import Fqn
from domain.profiles.model import InferredRelationship
from flows.failures import TableFailed
from flows.profiling.name_evidence import name_confidence
from flows.sources.base import Source
from flows.sources.dialect import quote_name, quote_table
from flows.sources.forms import plain_type

MIN_CONTAINMENT = 0.9
MAX_CHECKS = 20
"""Joins that one table may cost the source."""
MAX_CHECKED_ROWS = 100_000
_PARENTS_PER_COLUMN = 3

_INTEGERS = "smallint integer bigint numeric int tinyint decimal hugeint utinyint usmallint uinteger ubigint"
_FAMILIES = {
    **dict.fromkeys(_INTEGERS.split(), "integer"),
    "uuid": "uuid",
    **dict.fromkeys(("text", "character varying", "character", "varchar", "char"), "text"),
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference that the names suggest."""

    column: str
    parent: Fqn
    key: str
    confidence: float


async def infer_relationships(
    source: Source, table: FoundTable, others: Sequence[FoundTable], max_checks: int = MAX_CHECKS
) -> tuple[InferredRelationship, ...]:
    """At most one per column: the best-named parent that holds at least 90 % of the column's values.

    `others` are the tables that may be referred to; the table itself is one of them, given or not.
    """
    found: dict[str, InferredRelationship] = {}
    for candidate in islice(candidates(table, others), max_checks):
        if candidate.column not in found and (confirmed := await _confirm(source, table.fqn, candidate)):
            found[candidate.column] = confirmed
    return tuple(found.values())


def candidates(table: FoundTable, others: Sequence[FoundTable]) -> list[Candidate]:
    """What is worth a check, the most promising first. The columns of a view refer to nothing of their own."""
    if table.type is AssetType.VIEW:
        return []
    parents = {parent.fqn: parent for parent in (table, *others)}
    suggested = sorted(_suggested(table, list(parents.values())), key=lambda candidate: candidate.column)
    best = [
        candidate
        for _, group in groupby(suggested, key=lambda candidate: candidate.column)
        for candidate in sorted(group, key=_promise)[:_PARENTS_PER_COLUMN]
    ]
    return sorted(best, key=_promise)


def _promise(candidate: Candidate) -> tuple[float, str, Fqn]:
    return (-candidate.confidence, candidate.column, candidate.parent)


def _suggested(table: FoundTable, parents: Sequence[FoundTable]) -> Iterator[Candidate]:
    declared = {name for key in table.foreign_keys for name in key.columns}
    columns: dict[str | None, list[str]] = {}
    for column in table.columns:
        if column.name not in declared:
            columns.setdefault(_family(column.data_type), []).append(column.name)
    for parent in parents:
        for key in _single_keys(parent):
            family = _family(key.data_type)
            for name in columns.get(family, ()) if family else ():
                confidence = name_confidence(table=table.fqn.name, column=name, parent=parent.fqn.name, key=key.name)
                if confidence > 0:
                    yield Candidate(name, parent.fqn, key.name, confidence)


def _single_keys(table: FoundTable) -> list[FoundColumn]:
    keys = dict.fromkeys(key for key in (table.primary_key, *table.unique_keys) if len(key) == 1)
    return [table.column(name) for (name,) in keys]


@lru_cache(maxsize=1024)
def _family(data_type: str) -> str | None:
    """Types that compare with each other; None for those that make no keys."""
    return _FAMILIES.get(plain_type(data_type))


async def _confirm(source: Source, table: Fqn, candidate: Candidate) -> InferredRelationship | None:
    try:
        (counted,) = await source.fetch(_check_sql(table, candidate))
    except TableFailed as error:
        log.warning("relationship.unchecked", fqn=str(table), parent=str(candidate.parent), error=error.message)
        return None
    rows, orphans = counted["checked"], counted["orphans"]
    if not rows or (containment := (rows - orphans) / rows) < MIN_CONTAINMENT:
        return None
    return InferredRelationship(
        columns=(candidate.column,),
        referenced_table=candidate.parent,
        referenced_columns=(candidate.key,),
        containment=containment,
        orphans=orphans,
        confidence=candidate.confidence * containment,
    )


def _check_sql(table: Fqn, candidate: Candidate) -> str:
    """The key is unique, so the join repeats no row of the child."""
    column, key = quote_name(candidate.column), quote_name(candidate.key)
    return (
        f"SELECT count(*) AS checked, count(*) FILTER (WHERE parent.{key} IS NULL) AS orphans "
        f"FROM (SELECT {column} AS value FROM {quote_table(table)} "
        f"WHERE {column} IS NOT NULL LIMIT {MAX_CHECKED_ROWS}) child "
        f"LEFT JOIN {quote_table(candidate.parent)} parent ON parent.{key} = child.value"
    )
