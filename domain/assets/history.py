"""Reading what assets were: their versions one by one, and the catalogue as it was at a moment."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, Select, and_, func
from sqlmodel import col

from domain.assets.model import Asset, AssetId, AssetType
from domain.assets.repository import read_fields, to_model
from domain.assets.tables import AssetRow, AssetVersionRow
from domain.assets.tags import read_tags
from domain.assets.versions import NOTHING, AssetVersion, State, differences
from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_columns_in, select_in
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.pages import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Moment:
    """An asset's place in the catalogue, and a time."""

    fqn: Fqn
    at: datetime


class HistoryQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def versions(self, tenant: Tenant, asset_id: AssetId, request: PageRequest) -> Page[AssetVersion]:
        """The newest first; each with what it changed."""
        statement = select_in(tenant, AssetVersionRow).where(col(AssetVersionRow.asset_id) == asset_id)
        async with self._database.reading(tenant) as session:
            page = await read_page(
                session,
                statement,
                request,
                key=col(AssetVersionRow.version),
                read_key=int,
                to_model=lambda row: row,
                descending=True,
            )
            earlier = {row.version - 1 for _, row in page.items}
            before = await session.scalars(statement.where(col(AssetVersionRow.version).in_(earlier)))
            states = {row.version: _state(row) for row in before}
        items = [(key, _version(row, states.get(row.version - 1, NOTHING))) for key, row in page.items]
        return Page(items, page.has_next, page.has_previous)

    async def count(self, tenant: Tenant, asset_id: AssetId) -> int:
        statement = select_columns_in(tenant, AssetVersionRow, func.count())
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement.where(col(AssetVersionRow.asset_id) == asset_id)) or 0

    async def assets(self, tenant: Tenant, moments: Sequence[Moment]) -> dict[Moment, Asset]:
        """The assets as they were; without those that the catalogue did not hold yet."""
        found: dict[Moment, Asset] = {}
        async with self._database.reading(tenant) as session:
            for at, fqns in _by_time(moments).items():
                statement = _as_of(tenant, at).where(col(AssetRow.fqn).in_([str(fqn) for fqn in fqns]))
                for asset in map(_then, await session.execute(statement)):
                    found[Moment(asset.fqn, at)] = asset
        return found

    async def children(self, tenant: Tenant, parents: Sequence[Moment]) -> dict[Moment, list[Asset]]:
        """What stood directly below each parent then, columns in their order."""
        found: dict[Moment, list[Asset]] = {parent: [] for parent in parents}
        async with self._database.reading(tenant) as session:
            for at, fqns in _by_time(parents).items():
                statement = (
                    _as_of(tenant, at)
                    .where(col(AssetRow.parent_fqn).in_([str(fqn) for fqn in fqns]))
                    .where(col(AssetVersionRow.deleted_at).is_(None))
                    .order_by(col(AssetVersionRow.position), col(AssetRow.fqn))
                )
                for asset in map(_then, await session.execute(statement)):
                    assert asset.fqn.parent
                    found[Moment(asset.fqn.parent, at)].append(asset)
        return found


def _by_time(moments: Sequence[Moment]) -> dict[datetime, list[Fqn]]:
    times: defaultdict[datetime, list[Fqn]] = defaultdict(list)
    for moment in moments:
        times[moment.at].append(moment.fqn)
    return times


def _as_of(tenant: Tenant, at: datetime) -> Select[AssetRow, AssetVersionRow]:
    """Assets with their last version until then: one step backwards in the versions' own index for each asset."""
    row = AssetVersionRow
    last = (
        select_columns_in(tenant, row, func.max(col(row.version)))
        .where(col(row.asset_id) == col(AssetRow.id), col(row.changed_at) <= at)
        .correlate(AssetRow)
        .scalar_subquery()
    )
    of_then = and_(col(row.asset_id) == col(AssetRow.id), col(row.version) == last)
    return select_in(tenant, AssetRow).join(row, of_then).add_columns(row)


def _then(found: Row[AssetRow, AssetVersionRow]) -> Asset:
    asset, version = found
    return replace(
        to_model(asset),
        type=AssetType(version.type),
        version=version.version,
        captured=version.captured,
        fields=read_fields(version.fields),
        tags=read_tags(version.tags),
        updated_at=version.changed_at,
        deleted_at=version.deleted_at,
    )


def _state(row: AssetVersionRow) -> State:
    captured = {"type": row.type, "position": row.position or None, **row.captured}
    return State(captured, read_fields(row.fields), {tag.key: tag for tag in read_tags(row.tags)})


def _version(row: AssetVersionRow, before: State) -> AssetVersion:
    after = _state(row)
    return AssetVersion(
        version=row.version,
        change=row.change,
        actor=row.actor,
        changed_at=row.changed_at,
        run_id=row.run_id,
        captured=differences(before.captured, after.captured),
        fields=differences(before.fields, after.fields),
        tags=differences(before.tags, after.tags),
    )
