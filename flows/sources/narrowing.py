"""Copied texts become numbers, moments or booleans where every one of them can; a single odd value keeps them texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from flows.sources.base import CopiedColumn, ValueKind
from flows.sources.door import Hope


@dataclass(frozen=True, slots=True)
class _Form:
    """`fits` says of a text that `reads` understands it."""

    fits: str
    reads: str
    kind: ValueKind


_FORMS: Mapping[Hope, Sequence[_Form]] = {
    Hope.NUMBER: (
        _Form(
            "{0} ~ '^-?[0-9]{{1,19}}$' AND TRY_CAST({0} AS BIGINT) IS NOT NULL",
            "TRY_CAST({0} AS BIGINT)",
            ValueKind.NUMBER,
        ),
        _Form("TRY_CAST({0} AS DOUBLE) IS NOT NULL", "TRY_CAST({0} AS DOUBLE)", ValueKind.NUMBER),
    ),
    Hope.MOMENT: (
        _Form("TRY_CAST({0} AS DATE)::VARCHAR = {0}", "TRY_CAST({0} AS DATE)", ValueKind.MOMENT),
        _Form(
            "{0} ~ '^[0-9]{{4}}-.*' AND TRY_CAST({0} AS TIMESTAMP) IS NOT NULL",
            "TRY_CAST({0} AS TIMESTAMP)",
            ValueKind.MOMENT,
        ),
    ),
    Hope.EXACT: (_Form("true", "{0}", ValueKind.NUMBER),),
    Hope.OTHER: (_Form("true", "{0}", ValueKind.OTHER),),
    Hope.BOOLEAN: (_Form("{0} IN ('0', '1')", "{0} = '1'", ValueKind.BOOLEAN),),
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    column: CopiedColumn
    expression: str


def narrow(
    engine: duckdb.DuckDBPyConnection, rows_sql: str, columns: Sequence[CopiedColumn], hopes: Mapping[str, Hope]
) -> list[Narrowed]:
    """How each column of `rows_sql` (a FROM item) is best read."""
    hopeful = [(column, hopes[column.name]) for column in columns if column.name in hopes]
    tried = [(column, form) for column, hope in hopeful for form in _FORMS[hope]]
    fitting = _fitting(engine, rows_sql, tried)
    found: dict[str, _Form] = {}
    for (column, form), fits in zip(tried, fitting, strict=True):
        if fits:
            found.setdefault(column.name, form)
    return [_narrowed(column, found.get(column.name)) for column in columns]


def _fitting(
    engine: duckdb.DuckDBPyConnection, rows_sql: str, tried: Sequence[tuple[CopiedColumn, _Form]]
) -> Sequence[bool]:
    if not tried:
        return ()
    tests = ", ".join(
        f"coalesce(bool_and(coalesce({form.fits.format(column.alias)}, false)) "
        f"FILTER (WHERE {column.alias} IS NOT NULL), true)"
        for column, form in tried
    )
    row = engine.execute(f"SELECT {tests} FROM {rows_sql}").fetchone()  # noqa: S608 - aliases are ours
    assert row is not None, "an aggregate has one row"
    return row


def _narrowed(column: CopiedColumn, form: _Form | None) -> Narrowed:
    if form is None:
        return Narrowed(column, column.alias)
    return Narrowed(CopiedColumn(column.name, column.alias, form.kind), form.reads.format(column.alias))
