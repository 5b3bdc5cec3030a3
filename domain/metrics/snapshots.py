"""Writing the log. The newest cells and the sums of tables change with it, in the same transaction.

Every caller holds the locks of the tables in question (`AssetRepository.lock_tables`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Subquery, and_, any_, func, insert, literal, select, true, tuple_
from sqlalchemy.dialects import postgresql
from sqlmodel import col

from domain.db.columns import FqnList
from domain.db.scope import in_any_scope
from domain.db.tenancy import delete_in, owned_by, select_columns_in, update_in
from domain.db.uow import UnitOfWork
from domain.fqn import TABLE_DEPTH, Fqn
from domain.metrics.cells import had_vanished, hidden_by_saving, newest_of
from domain.metrics.model import Snapshot
from domain.metrics.sums import added_up, parts_of
from domain.metrics.tables import SNAPSHOT_ID, MetricCellRow, MetricSnapshotRow, TableScoreRow, WithdrawnSaveRow

_Log = MetricSnapshotRow
_Cell = MetricCellRow
_Sum = TableScoreRow
_OWNED = ("organization_id", "project_id")
_CELL_KEY = ("project_id", "asset_fqn", "metric")
_MEASURED = ("numerator", "denominator", "observed_at", "run_id", "save_version")


class SnapshotRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def add(self, snapshots: Sequence[Snapshot]) -> int:
        """Append measurements, each of another cell; one that is older than its cell leaves the cell as it is."""
        if not snapshots:
            return 0
        ids = select(SNAPSHOT_ID.next_value()).select_from(func.generate_series(1, len(snapshots)))
        rows = [
            {"id": snapshot_id, **self._row(snapshot)}
            for snapshot_id, snapshot in zip(await self._uow.session.scalars(ids), snapshots, strict=True)
        ]
        await self._uow.session.execute(insert(_Log), rows)
        await self._renew_cells(rows)
        await self.add_up([snapshot.asset.up_to(TABLE_DEPTH) for snapshot in snapshots])
        return len(rows)

    def _row(self, snapshot: Snapshot) -> dict[str, Any]:
        return {
            "metric": snapshot.metric,
            "asset_fqn": str(snapshot.asset),
            "numerator": snapshot.score.numerator,
            "denominator": snapshot.score.denominator,
            "observed_at": snapshot.observed_at,
            "run_id": snapshot.run_id,
            "save_version": None,
            **owned_by(self._uow.tenant),
        }

    async def _renew_cells(self, rows: Sequence[dict[str, Any]]) -> None:
        new = postgresql.insert(_Cell)
        is_newer = tuple_(new.excluded.observed_at, new.excluded.snapshot_id) > tuple_(
            col(_Cell.observed_at), col(_Cell.snapshot_id)
        )
        renewed = {name: new.excluded[name] for name in ("snapshot_id", *_MEASURED)}
        statement = new.on_conflict_do_update(index_elements=_CELL_KEY, set_=renewed, where=is_newer)
        cells = [
            {name: value for name, value in row.items() if name != "id"}
            | {"snapshot_id": row["id"], "table_fqn": str(Fqn.parse(row["asset_fqn"]).up_to(TABLE_DEPTH))}
            for row in rows
        ]
        await self._uow.session.execute(statement, cells)

    async def bury(
        self,
        metrics: Sequence[str],
        scopes: Sequence[Fqn],
        run_id: UUID,
        save_version: int,
        at: datetime,
        *,
        read_before: datetime | None = None,
    ) -> int:
        """Append a tombstone to every cell in scope that has a score, in one statement; how many.

        `read_before` leaves out what was read at that time or later: for what is stored after the Save.
        """
        hidden = hidden_by_saving(metrics, scopes)
        if read_before is not None:
            hidden = and_(hidden, col(_Cell.observed_at) < read_before)
        buried = (
            update_in(self._uow.tenant, _Cell)
            .where(hidden)
            .values(
                numerator=0,
                denominator=0,
                # The clock of whoever measured may be ahead of ours: a tombstone is never older than what it hides.
                observed_at=func.greatest(col(_Cell.observed_at), literal(at)),
                snapshot_id=SNAPSHOT_ID.next_value(),
                run_id=run_id,
                save_version=save_version,
            )
            .returning(*(getattr(_Cell, name) for name in (*_OWNED, "snapshot_id", "asset_fqn", "metric", *_MEASURED)))
            .cte("buried")
        )
        columns = [*_OWNED, "id", "asset_fqn", "metric", *_MEASURED]
        result = await self._uow.session.execute(insert(_Log).from_select(columns, select(buried)))
        await self.add_up(scopes)
        return int(getattr(result, "rowcount", 0))

    async def withdraw(self, scopes: Sequence[Fqn], run_id: UUID, save_version: int) -> int:
        """Undo `bury`: from now on its tombstones do not count; how many cells show a score again."""
        now = self._uow.clock()
        self._uow.add(
            WithdrawnSaveRow(run_id=run_id, save_version=save_version, withdrawn_at=now, **owned_by(self._uow.tenant))
        )
        await self._uow.session.flush()
        restored = self._restored(scopes, run_id, save_version)
        statement = (
            update_in(self._uow.tenant, _Cell)
            .where(*(getattr(_Cell, name) == restored.c[f"cell_{name}"] for name in _CELL_KEY))
            .values({"snapshot_id": restored.c.id, **{name: restored.c[name] for name in _MEASURED}})
            .execution_options(synchronize_session=False)
        )
        result = await self._uow.session.execute(statement)
        await self.add_up(scopes)
        return int(getattr(result, "rowcount", 0))

    def _restored(self, scopes: Sequence[Fqn], run_id: UUID, save_version: int) -> Subquery:
        """The cells that still are tombstones of this Save, each with what it was before."""
        now = literal(self._uow.clock())
        # The clock that measured may be ahead of ours: what a tombstone hides is never newer than the tombstone.
        moment = func.greatest(col(_Cell.observed_at), now)
        newest = newest_of(self._uow.tenant, col(_Cell.asset_fqn), col(_Cell.metric), moment, known_at=now)
        earlier = newest.subquery("newest").lateral()
        keys = (getattr(_Cell, name).label(f"cell_{name}") for name in _CELL_KEY)
        return (
            select_columns_in(self._uow.tenant, _Cell, *keys, *(earlier.c[name] for name in ("id", *_MEASURED)))
            .join(earlier, true())
            .where(
                in_any_scope(col(_Cell.asset_fqn), scopes),
                col(_Cell.run_id) == run_id,
                col(_Cell.save_version) == save_version,
            )
            .subquery("restored")
        )

    async def add_up(self, scopes: Sequence[Fqn]) -> None:
        """Make the sums of the tables in scope what their cells say; vanished assets no longer count."""
        tenant = self._uow.tenant
        await self._uow.session.flush()
        within = in_any_scope(col(_Sum.table_fqn), scopes)
        await self._uow.session.execute(
            delete_in(tenant, _Sum).where(within).execution_options(synchronize_session=False)
        )
        counted = (
            select_columns_in(tenant, _Cell, *(getattr(_Cell, name) for name in _OWNED), *parts_of(_Cell))
            .where(in_any_scope(col(_Cell.asset_fqn), scopes), ~had_vanished(tenant, col(_Cell.asset_fqn)))
            .subquery("parts")
        )
        sums = added_up(counted, counted.c.organization_id, counted.c.project_id, counted.c.part)
        columns = [*_OWNED, "table_fqn", "metric", "numerator", "denominator"]
        columns += ["assets_assessed", "assets_pending", "observed_at"]
        await self._uow.session.execute(insert(_Sum).from_select(columns, sums))

    async def times_of(self, assets: Iterable[Fqn]) -> Mapping[tuple[str, Fqn], datetime]:
        """When what is known of the cells (metric, asset) of these assets was read, or made stale by a Save."""
        wanted = literal(sorted(map(str, assets)), FqnList)
        statement = select_columns_in(
            self._uow.tenant, _Cell, col(_Cell.metric), col(_Cell.asset_fqn), col(_Cell.observed_at)
        ).where(col(_Cell.asset_fqn) == any_(wanted))
        found = await self._uow.session.execute(statement)
        return {(row.metric, Fqn.parse(row.asset_fqn)): row.observed_at for row in found}
