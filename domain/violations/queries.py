from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func
from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import Walk, read_page
from domain.db.scope_keys import is_truly_within, walk_of
from domain.db.tenancy import select_columns_in, select_in
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.violations.filters import ViolationFilter, conditions
from domain.violations.history import HistoryEntry, to_entry
from domain.violations.model import Violation, ViolationId
from domain.violations.ordering import SORT_VALUES, ViolationOrder
from domain.violations.repository import to_model
from domain.violations.tables import ViolationHistoryRow, ViolationRow

_Row = ViolationRow
NEWEST_FIRST = ViolationOrder()


class ViolationQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, tenant: Tenant, ids: Sequence[ViolationId]) -> dict[ViolationId, Violation]:
        statement = select_in(tenant, _Row).where(col(_Row.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {ViolationId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def page(
        self,
        tenant: Tenant,
        scope: Fqn | None,
        wanted: ViolationFilter,
        request: PageRequest,
        order: ViolationOrder = NEWEST_FIRST,
    ) -> Page[Violation]:
        statement, along = _listed(tenant, tenant.narrowed(scope), wanted, order)
        async with self._database.reading(tenant) as session:
            return await read_page(
                session,
                statement,
                request,
                key=col(_Row.id),
                read_key=UUID,
                to_model=to_model,
                descending=order.is_descending,
                by=SORT_VALUES.get(order.field),
                along=along,
            )

    async def count(self, tenant: Tenant, scope: Fqn | None, wanted: ViolationFilter) -> int:
        statement = select_columns_in(tenant, _Row, func.count()).where(
            *conditions(tenant, tenant.narrowed(scope), wanted)
        )
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0

    async def history(self, tenant: Tenant, violation: ViolationId, request: PageRequest) -> Page[HistoryEntry]:
        """What happened to a violation, the newest first."""
        row = ViolationHistoryRow
        statement = select_in(tenant, row).where(col(row.violation_id) == violation)
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(row.id), read_key=int, to_model=to_entry, descending=True
            )


def _listed(
    tenant: Tenant, scope: Fqn | None, wanted: ViolationFilter, order: ViolationOrder
) -> tuple[Select[ViolationRow], Walk | None]:
    """What is listed, and the index that gives its order; None where the rows are sorted."""
    statement = select_in(tenant, _Row)
    if scope is None or order.field in SORT_VALUES:
        return statement.where(*conditions(tenant, scope, wanted)), None
    inside = is_truly_within(_Row, scope)
    return statement.where(inside, *conditions(tenant, None, wanted)), walk_of(_Row, tenant, scope)
