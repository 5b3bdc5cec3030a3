"""Cells added up: numerators and denominators, never percentages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, func, select
from sqlmodel import col

from domain.db.scope import in_scope
from domain.db.tenancy import select_columns_in
from domain.fqn import TABLE_DEPTH, Fqn
from domain.identity import Tenant
from domain.metrics.cells import cells
from domain.metrics.model import Score, ScoreLine
from domain.metrics.tables import TableScoreRow

_Sum = TableScoreRow


def parts(tenant: Tenant, scope: Fqn, moment: datetime | None, *, by_asset: bool = False) -> Subquery:
    """What a scope is added up from: its tables, or its assets one by one.

    Columns: part, metric, numerator, denominator, assessed, pending, observed_at.
    """
    if moment is None and scope.depth <= TABLE_DEPTH and not by_asset:
        return _sums_of_tables(tenant, scope)
    found = cells(tenant, scope, moment).c
    return select(*parts_of(found, "asset_fqn" if by_asset else "table_fqn")).subquery("parts")


def parts_of(cell: Any, part: str = "table_fqn") -> Sequence[ColumnElement[Any]]:  # noqa: ANN401 - a row class or the columns of a subquery
    """The columns of `parts`, of cells."""
    assessed = cell.denominator > 0
    return (
        getattr(cell, part).label("part"),
        cell.metric,
        cell.numerator,
        cell.denominator,
        case((assessed, 1), else_=0).label("assessed"),
        case((assessed, 0), else_=1).label("pending"),
        case((assessed, cell.observed_at)).label("observed_at"),
    )


def _sums_of_tables(tenant: Tenant, scope: Fqn) -> Subquery:
    return (
        select_columns_in(
            tenant,
            _Sum,
            col(_Sum.table_fqn).label("part"),
            col(_Sum.metric),
            col(_Sum.numerator),
            col(_Sum.denominator),
            col(_Sum.assets_assessed).label("assessed"),
            col(_Sum.assets_pending).label("pending"),
            col(_Sum.observed_at),
        )
        .where(in_scope(col(_Sum.table_fqn), scope))
        .subquery("parts")
    )


def added_up(found: Subquery, *by: ColumnElement[Any]) -> Select[Any]:  # groups of any type
    """One line for each group and metric; see `read_lines`."""
    return select(
        *by,
        found.c.metric,
        func.sum(found.c.numerator).label("numerator"),
        func.sum(found.c.denominator).label("denominator"),
        func.sum(found.c.assessed).label("assessed"),
        func.sum(found.c.pending).label("pending"),
        func.max(found.c.observed_at).label("observed_at"),
    ).group_by(*by, found.c.metric)


def read_line(row: Row[Any]) -> ScoreLine:  # of `added_up`
    return ScoreLine(
        Score(int(row.numerator), int(row.denominator)), int(row.assessed), int(row.pending), row.observed_at
    )


def by_metric(rows: Sequence[Row[Any]]) -> Mapping[str, ScoreLine]:
    """The lines of one group."""
    return {row.metric: read_line(row) for row in rows}
