from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, any_, func, select
from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.tenancy import select_columns_in, select_in
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.runs.model import RunType
from domain.triggers import Trigger
from domain.workflows.model import ConfigurationId, WorkflowConfiguration
from domain.workflows.repository import to_model
from domain.workflows.tables import WorkflowConfigurationRow

_Row = WorkflowConfigurationRow


@dataclass(frozen=True, slots=True)
class ConfigurationFilter:
    types: tuple[RunType, ...] = ()
    connection_name: str | None = None
    is_enabled: bool | None = None


class ConfigurationQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(
        self, tenant: Tenant, ids: Sequence[ConfigurationId]
    ) -> dict[ConfigurationId, WorkflowConfiguration]:
        """Also deleted ones: runs of the past still name them."""
        statement = select_in(tenant, _Row).where(col(_Row.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {ConfigurationId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def page(
        self, tenant: Tenant, wanted: ConfigurationFilter, request: PageRequest
    ) -> Page[WorkflowConfiguration]:
        """Configurations by name."""
        statement = _filtered(select_in(tenant, _Row), wanted)
        async with self._database.reading(tenant) as session:
            return await read_page(session, statement, request, key=col(_Row.name), read_key=str, to_model=to_model)

    async def count(self, tenant: Tenant, wanted: ConfigurationFilter) -> int:
        statement = _filtered(select_columns_in(tenant, _Row, func.count()), wanted)
        async with self._database.reading(tenant) as session:
            return await session.scalar(statement) or 0

    async def waiting(
        self, tenant: Tenant, trigger: Trigger, connection_name: str, led_by: Collection[UUID]
    ) -> Sequence[ConfigurationId]:
        """Those that start when this happens at the connection, without those that led to it: it would never end."""
        statement = _filtered(
            select_columns_in(tenant, _Row, col(_Row.id)),
            ConfigurationFilter(connection_name=connection_name, is_enabled=True),
        ).where(any_(col(_Row.triggers)) == trigger, col(_Row.id).not_in(led_by))
        async with self._database.reading(tenant) as session:
            return [ConfigurationId(found) for found in await session.scalars(statement.order_by(col(_Row.id)))]


def _filtered(statement: Select[Any], wanted: ConfigurationFilter) -> Select[Any]:
    statement = statement.where(col(_Row.deleted_at).is_(None))
    if wanted.types:
        statement = statement.where(col(_Row.type).in_(wanted.types))
    if wanted.connection_name is not None:
        statement = statement.where(col(_Row.connection_name) == wanted.connection_name)
    if wanted.is_enabled is not None:
        statement = statement.where(col(_Row.enabled).is_(wanted.is_enabled))
    return statement


class ConfigurationOversight:
    """For the relay, the schedules and their flow, which look after the configurations of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, configuration_id: ConfigurationId) -> WorkflowConfiguration | None:
        """Also a deleted one."""
        async with self._database.reading_across_tenants() as session:
            row = await session.get(_Row, configuration_id)
            return to_model(row) if row else None

    async def scheduled(self) -> Sequence[WorkflowConfiguration]:
        """Those whose schedules are in force."""
        statement = select(_Row).where(col(_Row.enabled), col(_Row.cron).is_not(None))
        async with self._database.reading_across_tenants() as session:
            return [to_model(row) for row in await session.scalars(statement.order_by(col(_Row.id)))]
