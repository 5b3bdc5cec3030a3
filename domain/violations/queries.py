from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func
from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.scope import in_scope
from domain.db.tenancy import select_columns_in, select_in
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.rules.model import RuleId, Severity
from domain.violations.model import Violation, ViolationId, ViolationStatus
from domain.violations.repository import to_model
from domain.violations.tables import ViolationRow

_Row = ViolationRow


@dataclass(frozen=True, slots=True)
class ViolationFilter:
    status: tuple[ViolationStatus, ...] = ()
    severity: tuple[Severity, ...] = ()
    dimension: tuple[str, ...] = ()
    rule_id: RuleId | None = None
    opened_after: datetime | None = None
    resolved_by_run: UUID | None = None


class ViolationQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, tenant: Tenant, ids: Sequence[ViolationId]) -> dict[ViolationId, Violation]:
        statement = select_in(tenant, _Row).where(col(_Row.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {ViolationId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def page(
        self, tenant: Tenant, scope: Fqn | None, wanted: ViolationFilter, request: PageRequest
    ) -> Page[Violation]:
        """Violations, the newest first."""
        statement = _filtered(select_in(tenant, _Row), scope, wanted)
        async with self._database.reading(tenant) as session:
            return await read_page(
                session, statement, request, key=col(_Row.id), read_key=UUID, to_model=to_model, descending=True
            )

    async def count(self, tenant: Tenant, scope: Fqn | None, wanted: ViolationFilter) -> int:
        statement = _filtered(select_columns_in(tenant, _Row, func.count()), scope, wanted)
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0


def _filtered(statement: Select[Any], scope: Fqn | None, wanted: ViolationFilter) -> Select[Any]:
    if scope is not None:
        statement = statement.where(in_scope(col(_Row.asset_fqn), scope))
    for column, values in (
        (_Row.status, wanted.status),
        (_Row.severity, wanted.severity),
        (_Row.dimension, wanted.dimension),
    ):
        if values:
            statement = statement.where(col(column).in_(values))
    if wanted.rule_id is not None:
        statement = statement.where(col(_Row.rule_id) == wanted.rule_id)
    if wanted.opened_after is not None:
        statement = statement.where(col(_Row.opened_at) > wanted.opened_after)
    if wanted.resolved_by_run is not None:
        statement = statement.where(col(_Row.resolved_by_run) == wanted.resolved_by_run)
    return statement
