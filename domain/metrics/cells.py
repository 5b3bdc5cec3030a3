"""Which snapshot is the cell, at any moment: said once, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, literal, or_, select, true
from sqlmodel import col

from domain.assets.tables import AssetRow
from domain.db.scope import FqnColumn, in_any_scope, in_scope
from domain.db.tenancy import belongs_to, select_columns_in
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.metrics.tables import MetricCellRow, MetricSnapshotRow, WithdrawnSaveRow

_Log = MetricSnapshotRow
_Cell = MetricCellRow
_COLUMNS = ("id", "asset_fqn", "metric", "numerator", "denominator", "observed_at", "run_id")


def counts_at(tenant: Tenant, moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """False for the tombstones of a Save that was undone by then."""
    withdrawn = exists().where(
        belongs_to(tenant, WithdrawnSaveRow),
        col(WithdrawnSaveRow.run_id) == col(_Log.run_id),
        col(WithdrawnSaveRow.save_version) == col(_Log.save_version),
        col(WithdrawnSaveRow.withdrawn_at) <= moment,
    )
    return or_(col(_Log.denominator) > 0, ~withdrawn)


def newest_of(
    tenant: Tenant,
    asset_fqn: FqnColumn,
    metric: FqnColumn,
    moment: ColumnElement[datetime],
    known_at: ColumnElement[datetime] | None = None,
) -> Select[MetricSnapshotRow]:
    """The snapshot that is the cell at that moment: one look into the index of the log.

    `known_at` is the time by which Saves count as undone; the moment itself, unless it is given.
    """
    return (
        select(_Log)
        .where(
            belongs_to(tenant, _Log),
            col(_Log.asset_fqn) == asset_fqn,
            col(_Log.metric) == metric,
            col(_Log.observed_at) <= moment,
            counts_at(tenant, moment if known_at is None else known_at),
        )
        .order_by(col(_Log.observed_at).desc(), col(_Log.id).desc())
        .limit(1)
    )


def had_vanished(tenant: Tenant, fqn: FqnColumn, moment: ColumnElement[datetime] | None = None) -> ColumnElement[bool]:
    """Whether the source no longer had the asset at that moment, or has it no longer now."""
    deleted_at = col(AssetRow.deleted_at)
    gone = deleted_at.is_not(None) if moment is None else deleted_at <= moment
    return exists().where(belongs_to(tenant, AssetRow), col(AssetRow.fqn) == fqn, gone)


def cells_at(tenant: Tenant, scope: Fqn, moment: ColumnElement[datetime]) -> Subquery:
    """The cells in scope as they were at that moment."""
    newest = newest_of(tenant, col(_Cell.asset_fqn), col(_Cell.metric), moment).subquery("newest").lateral()
    return (
        select_columns_in(tenant, _Cell, col(_Cell.table_fqn), *(newest.c[name] for name in _COLUMNS))
        .join(newest, true())
        .where(in_scope(col(_Cell.asset_fqn), scope), ~had_vanished(tenant, col(_Cell.asset_fqn), moment))
        .subquery("cells")
    )


def current_cells(tenant: Tenant, *conditions: ColumnElement[bool]) -> Subquery:
    """The cells as they are now, of those that meet the conditions; no history is read."""
    columns = (getattr(_Cell, name) for name in _COLUMNS if name != "id")
    return (
        select_columns_in(tenant, _Cell, col(_Cell.table_fqn), col(_Cell.snapshot_id).label("id"), *columns)
        .where(*conditions)
        .subquery("cells")
    )


def hidden_by_saving(metrics: Sequence[str], scopes: Sequence[Fqn]) -> ColumnElement[bool]:
    """The cells that a Save of these scopes turns to N/A when it makes these metrics stale."""
    return and_(col(_Cell.metric).in_(metrics), in_any_scope(col(_Cell.asset_fqn), scopes), col(_Cell.denominator) > 0)


def cells(tenant: Tenant, scope: Fqn, moment: datetime | None) -> Subquery:
    """The cells at a moment, or now."""
    if moment is not None:
        return cells_at(tenant, scope, literal(moment))
    return current_cells(tenant, in_scope(col(_Cell.asset_fqn), scope), ~had_vanished(tenant, col(_Cell.asset_fqn)))
