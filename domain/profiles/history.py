"""Reading what earlier runs measured: the profiles of a table, one number over time, and what changed between two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NewType
from uuid import UUID

from sqlalchemy import Select, exists, func, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import SortValue, read_moment, read_page
from domain.db.tenancy import select_columns_in, select_in
from domain.errors import Invalid
from domain.fqn import COLUMN_DEPTH, Fqn
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.profiles.drift import TableDrift, drift_between
from domain.profiles.measurements import Measurement, measurements
from domain.profiles.model import ColumnProfile, TableProfile
from domain.profiles.repository import column_to_model, to_model
from domain.profiles.tables import ColumnProfileRow, TableProfileRow

ProfileId = NewType("ProfileId", UUID)

_Table, _Column = TableProfileRow, ColumnProfileRow
_BY_TIME: SortValue[TableProfileRow] = SortValue(
    "observed", col(_Table.observed_at), read_moment, lambda row: row.observed_at.isoformat()
)


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """A profile as its run left it."""

    id: ProfileId
    run_id: UUID
    table: TableProfile
    """Without its columns, except where they are asked for."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What one profile says of one number of a column."""

    profile: KeptProfile
    measurement: Measurement | None
    """None where the profile does not have that number."""


@dataclass(frozen=True, slots=True)
class Comparison:
    before: KeptProfile
    after: KeptProfile
    drift: TableDrift


class ProfileHistoryQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, tenant: Tenant, table: Fqn, request: PageRequest) -> Page[KeptProfile]:
        """The profiles of a table without their columns, the newest first."""
        async with self._database.reading(tenant) as session:
            return await _newest_first(session, _of_table(tenant, table), request)

    async def count(self, tenant: Tenant, table: Fqn) -> int:
        statement = select_columns_in(tenant, _Table, func.count()).where(col(_Table.fqn) == str(table))
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0

    async def columns(self, tenant: Tenant, ids: Sequence[ProfileId]) -> dict[ProfileId, Sequence[ColumnProfile]]:
        """The columns of these profiles, in the tables' order."""
        async with self._database.reading(tenant) as session:
            return await _columns(session, tenant, ids)

    async def trend(self, tenant: Tenant, column: Fqn, metric: str, request: PageRequest) -> Page[TrendPoint]:
        """One number of a column in each profile that has the column, the newest first."""
        table = column.parent
        if table is None or column.depth != COLUMN_DEPTH:
            raise Invalid("column", f"{column} is not a column.")
        named = exists(
            select_columns_in(tenant, _Column, col(_Column.position)).where(
                col(_Column.table_profile_id) == col(_Table.id), col(_Column.name) == column.name
            )
        )
        async with self._database.reading(tenant) as session:
            page = await _newest_first(session, _of_table(tenant, table).where(named), request)
            found = await _columns(session, tenant, [kept.id for _, kept in page.items], column.name)
        points = [(key, _point(kept, found[kept.id], metric)) for key, kept in page.items]
        return Page(points, page.has_next, page.has_previous)

    async def compare(
        self, tenant: Tenant, table: Fqn, before: UUID | None = None, after: UUID | None = None
    ) -> Comparison | None:
        """What changed from the profile of one run to that of another; None where there are no two.

        Without `after` it is the newest profile, without `before` the one that came before `after`.
        """
        async with self._database.reading(tenant) as session:
            later = await _newest(session, _of_run(_of_table(tenant, table), after))
            if later is None:
                return None
            earlier = await _newest(session, _before(_of_table(tenant, table), before, later))
            if earlier is None:
                return None
            columns = await _columns(session, tenant, [ProfileId(earlier.id), ProfileId(later.id)])
        first, second = (_with_columns(row, columns) for row in (earlier, later))
        return Comparison(first, second, drift_between(first.table, second.table))


def _of_table(tenant: Tenant, table: Fqn) -> Select[TableProfileRow]:
    return select_in(tenant, _Table).where(col(_Table.fqn) == str(table))


def _of_run(statement: Select[TableProfileRow], run_id: UUID | None) -> Select[TableProfileRow]:
    return statement if run_id is None else statement.where(col(_Table.run_id) == run_id)


def _before(statement: Select[TableProfileRow], run_id: UUID | None, later: TableProfileRow) -> Select[TableProfileRow]:
    if run_id is not None:
        return _of_run(statement, run_id)
    return statement.where(tuple_(col(_Table.observed_at), col(_Table.id)) < (later.observed_at, later.id))


async def _newest(session: AsyncSession, statement: Select[TableProfileRow]) -> TableProfileRow | None:
    ordered = statement.order_by(col(_Table.observed_at).desc(), col(_Table.id).desc()).limit(1)
    return (await session.scalars(ordered)).one_or_none()


async def _newest_first(
    session: AsyncSession, statement: Select[TableProfileRow], request: PageRequest
) -> Page[KeptProfile]:
    return await read_page(
        session, statement, request, key=col(_Table.id), read_key=UUID, to_model=_kept, descending=True, by=_BY_TIME
    )


async def _columns(
    session: AsyncSession, tenant: Tenant, ids: Sequence[ProfileId], name: str | None = None
) -> dict[ProfileId, Sequence[ColumnProfile]]:
    """All of them, or the one of that name."""
    statement = select_in(tenant, _Column).where(col(_Column.table_profile_id).in_(ids))
    if name is not None:
        statement = statement.where(col(_Column.name) == name)
    found: defaultdict[ProfileId, list[ColumnProfile]] = defaultdict(list)
    for row in await session.scalars(statement.order_by(col(_Column.table_profile_id), col(_Column.position))):
        found[ProfileId(row.table_profile_id)].append(column_to_model(row))
    return {profile_id: found[profile_id] for profile_id in ids}


def _kept(row: TableProfileRow) -> KeptProfile:
    return KeptProfile(ProfileId(row.id), row.run_id, to_model(row, []))


def _with_columns(row: TableProfileRow, columns: Mapping[ProfileId, Sequence[ColumnProfile]]) -> KeptProfile:
    kept = _kept(row)
    return replace(kept, table=replace(kept.table, columns=tuple(columns[kept.id])))


def _point(kept: KeptProfile, columns: Sequence[ColumnProfile], metric: str) -> TrendPoint:
    found = (one for column in columns for one in measurements(column) if one.metric == metric)
    return TrendPoint(kept, next(found, None))
