"""Scorecards side by side: over time, and part by part."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Subquery,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from domain.assets.tables import AssetRow
from domain.db.engine import Database
from domain.db.scope import in_scope
from domain.db.tenancy import belongs_to, select_columns_in
from domain.errors import Invalid
from domain.fqn import TABLE_DEPTH, Fqn
from domain.identity import Tenant
from domain.metrics.cells import counts_at, newest_of
from domain.metrics.model import Child, Scorecard, roll_up, ticks
from domain.metrics.queries import ScorecardQueries
from domain.metrics.sums import added_up, by_metric, parts, parts_of
from domain.metrics.tables import MetricCellRow, MetricSnapshotRow

MAX_CHILDREN = 100


class ComparisonQueries:
    def __init__(self, database: Database, scorecards: ScorecardQueries) -> None:
        self._database = database
        self._scorecards = scorecards

    async def children(
        self,
        tenant: Tenant,
        scope: Fqn,
        as_of: datetime | None = None,
        overrides: Mapping[str, Decimal] | None = None,
        limit: int = MAX_CHILDREN,
    ) -> Sequence[Child]:
        """What stands directly below the scope, each with its scorecard: first what pulls the scope down most."""
        if not 1 <= limit <= MAX_CHILDREN:
            raise Invalid("first", f"first lies between 1 and {MAX_CHILDREN}, not {limit}.")
        whole = await self._scorecards.scorecard(tenant, scope, as_of, overrides)
        definitions = await self._scorecards.definitions(tenant, as_of)
        async with self._database.reading(tenant) as session:
            rows = await session.execute(_by_child(tenant, scope, as_of))
        lines = defaultdict(list)
        for row in rows:
            lines[row.child].append(row)
        cards = (
            roll_up(Fqn.parse(child), whole.as_of, definitions, by_metric(own), overrides or {})
            for child, own in lines.items()
        )
        ranked = [Child(card, whole.lost_to(card)) for card in cards]
        return sorted(ranked, key=lambda one: (-one.lost, one.card.scope))[:limit]

    async def trend(
        self,
        tenant: Tenant,
        scope: Fqn,
        begin: datetime,
        end: datetime,
        buckets: int = 30,
        overrides: Mapping[str, Decimal] | None = None,
    ) -> Sequence[Scorecard]:
        """The scorecard at the end of each of so many equal parts of the period; a Save that was undone leaves no dent.

        Weights are those of the end, so that all points can be compared.
        """
        moments = ticks(begin, end, buckets)
        definitions = await self._scorecards.definitions(tenant, end)
        async with self._database.reading(tenant) as session:
            rows = await session.execute(_at_each(tenant, scope, begin, moments))
        lines = defaultdict(list)
        for row in rows:
            lines[row.tick].append(row)
        return [roll_up(scope, tick, definitions, by_metric(lines[tick]), overrides or {}) for tick in moments]


def _by_child(tenant: Tenant, scope: Fqn, as_of: datetime | None) -> Select[Any]:
    """The sums below each child: tables are counted to the level below the scope that they stand under."""
    by_asset = scope.depth >= TABLE_DEPTH
    found = parts(tenant, scope, as_of, by_asset=by_asset)
    child: ColumnElement[Any] | Mapped[Any] = found.c.part
    joined: FromClause = found
    for _ in range(TABLE_DEPTH - scope.depth - 1):
        above = aliased(AssetRow)
        joined = joined.join(above, and_(belongs_to(tenant, above), col(above.fqn) == child))
        child = col(above.parent_fqn)
    return added_up(found, child.label("child")).select_from(joined)


def _spans(tenant: Tenant, scope: Fqn, begin: datetime, end: datetime) -> Subquery:
    """Each snapshot that was a cell at some time of the period, with the time at which the next one took its place."""
    log, cell = MetricSnapshotRow, MetricCellRow
    names = ("id", "asset_fqn", "metric", "numerator", "denominator", "observed_at")
    known_at = literal(end)
    first = (
        newest_of(tenant, col(cell.asset_fqn), col(cell.metric), literal(begin), known_at).subquery("first").lateral()
    )
    before = (
        select_columns_in(tenant, cell, *(first.c[name] for name in names))
        .join(first, true())
        .where(in_scope(col(cell.asset_fqn), scope))
    )
    during = select_columns_in(tenant, log, *(getattr(log, name) for name in names)).where(
        in_scope(col(log.asset_fqn), scope),
        col(log.observed_at) > begin,
        col(log.observed_at) <= end,
        counts_at(tenant, known_at),
    )
    every = union_all(before, during).subquery("every").c
    until = func.lead(every.observed_at).over(
        partition_by=[every.asset_fqn, every.metric], order_by=[every.observed_at, every.id]
    )
    return select(*(every[name] for name in names), until.label("until")).subquery("spans")


def _at_each(tenant: Tenant, scope: Fqn, begin: datetime, moments: Sequence[datetime]) -> Select[Any]:
    """The sums of the scope at each moment."""
    spans = _spans(tenant, scope, begin, moments[-1])
    tick = func.unnest(literal(list(moments), ARRAY(DateTime(timezone=True)))).column_valued("tick")
    vanished = aliased(AssetRow)
    lines = (
        select(tick.label("tick"), *parts_of(spans.c, "asset_fqn"))
        .join(spans, and_(spans.c.observed_at <= tick, or_(spans.c.until.is_(None), spans.c.until > tick)))
        .outerjoin(
            vanished,
            and_(
                belongs_to(tenant, vanished),
                col(vanished.fqn) == spans.c.asset_fqn,
                col(vanished.deleted_at).is_not(None),
            ),
        )
        .where(or_(col(vanished.deleted_at).is_(None), col(vanished.deleted_at) > tick))
        .subquery("parts")
    )
    return added_up(lines, lines.c.tick)
