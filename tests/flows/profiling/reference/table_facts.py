"""What the fields of `TableProfile` say, for a table of which all rows were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.fqn import Fqn
from domain.profiles.model import InferredRelationship, Method, TableProfile
from tests.flows.profiling.reference.column_facts import expected_column
from tests.flows.profiling.reference.comparison import Close, Expected, Facts, Reasons, Within, differences
from tests.flows.profiling.reference.key_facts import FEWEST_ROWS, Keys, count_duplicates, expected_keys
from tests.flows.profiling.reference.tables import ReadTable
from tests.flows.profiling.reference.together_facts import expected_together
from tests.flows.profiling.reference.values import Value

_TOGETHER = frozenset({"functional_dependencies", "correlations", "null_cooccurrence", "ordered_pairs"})
_CHECKED_ROWS = 100_000


def disagreements(
    profile: TableProfile, tables: Mapping[Fqn, ReadTable], began: datetime, ended: datetime
) -> list[str]:
    """In words, of the profile with all rows of its table; the other tables are those that it may refer to.

    It was measured between the two moments of the source's clock, without a budget but with an allowance.
    """
    table = tables[profile.fqn]
    expected = _expected(table, profile, tables) | {"observed_at": Within(began, ended)}
    return list(differences(profile, expected, str(profile.fqn)))


def _expected(table: ReadTable, profile: TableProfile, tables: Mapping[Fqn, ReadTable]) -> Facts:
    reading = {"method": Method.EXACT, "rows_read": table.rows, "population": table.rows, "seed": None}
    primary_key = {name: table.column(name) for name in table.primary_key}
    keys, together = expected_keys(table), None
    left_out, possible = _left_out(table), frozenset({"candidate_keys"} if keys.is_bounded else ())
    if table.columns and table.rows >= FEWEST_ROWS:
        together, some_left, may_be_left = expected_together(table.columns, reading)
        left_out, possible = left_out | some_left, possible | may_be_left
    return {
        "fqn": table.fqn,
        "row_count": {"value": table.rows, "method": Method.EXACT},
        "reading": reading,
        "columns": [expected_column(one, reading, primary_key, profile.observed_at) for one in table.columns],
        "size_bytes": table.size_bytes,
        "last_changed_at": None,
        "duplicate_rows": {"value": count_duplicates(table), "method": Method.EXACT} if table.columns else None,
        "candidate_keys": keys if table.columns else Keys((), frozenset(), is_bounded=False),
        "relationships": [_expected_relationship(table, one, tables) for one in profile.relationships],
        "together": together,
        "seconds": Within(0.0),
        "bytes_read": sum(value.bytes for column in table.columns for value in column.present),
        "left_out": Reasons(left_out, possible),
        "unmeasured": frozenset(),
    }


def _left_out(table: ReadTable) -> frozenset[str]:
    if not table.columns:
        return frozenset({"last_changed_at", "duplicate_rows"})
    return frozenset({"last_changed_at"}) | (_TOGETHER if table.rows < FEWEST_ROWS else frozenset())


def _expected_relationship(table: ReadTable, found: InferredRelationship, tables: Mapping[Fqn, ReadTable]) -> Facts:
    """The numbers of columns that are said to refer; whether they do is not for rows to say."""
    keys = set(_rows_of(tables[found.referenced_table], found.referenced_columns))
    rows = _rows_of(table, found.columns)
    orphans = sum(n for key, n in rows.items() if key not in keys)
    checked, is_whole = rows.total(), table.rows < _CHECKED_ROWS
    containment = (checked - orphans) / checked
    return {
        "columns": list(found.columns),
        "referenced_table": found.referenced_table,
        "referenced_columns": list(found.referenced_columns),
        "containment": Close(containment, 1e-12),
        "orphans": orphans,
        "checked": checked,
        "confidence": Within(0.0, containment),
        "reading": {
            "method": Method.EXACT if is_whole else Method.SAMPLED,
            "rows_read": table.rows,
            "population": table.rows,
            "seed": None,
        },
    }


def _rows_of(table: ReadTable, names: Sequence[str]) -> Counter[tuple[Expected, ...]]:
    """Rows by their values in these columns, where all of them have one."""
    columns = [table.column(name) for name in names]
    rows = zip(*(map(_equal, column.values) for column in columns), strict=True)
    return Counter(row for row in rows if None not in row)


def _equal(value: Value | None) -> Expected:
    """What is equal in PostgreSQL, whichever the type."""
    if value is None:
        return None
    return value.digits if value.digits is not None else value.order
