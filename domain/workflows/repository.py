from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.db.tenancy import owned_by, select_in
from domain.db.uow import UnitOfWork
from domain.errors import Conflict, NotFound
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId, Tenant
from domain.runs.model import RunRequest, RunType
from domain.triggers import Trigger
from domain.workflows.model import ConfigurationId, Schedule, SetUp, WorkflowConfiguration
from domain.workflows.tables import WorkflowConfigurationRow

_Row = WorkflowConfigurationRow


def to_model(row: WorkflowConfigurationRow) -> WorkflowConfiguration:
    targets = tuple(Fqn.parse(text) for text in row.targets)
    setup = SetUp(
        name=row.name,
        work=RunRequest(RunType(row.type), row.connection_name, targets, row.parameters, save_all=row.save_all),
        schedule=Schedule(row.cron, row.time_zone) if row.cron and row.time_zone else None,
        triggers=frozenset(map(Trigger, row.triggers)),
        is_enabled=row.enabled,
    )
    tenant = Tenant(OrganizationId(row.organization_id), ProjectId(row.project_id))
    return WorkflowConfiguration(ConfigurationId(row.id), tenant, setup, row.version, row.created_at, row.updated_at)


def columns_of(setup: SetUp) -> dict[str, Any]:  # columns of several types; an audit event shows the same
    work, schedule = setup.work, setup.schedule
    return {
        "name": setup.name,
        "type": work.type,
        "connection_name": work.connection,
        "targets": [str(target) for target in work.targets],
        "parameters": dict(work.parameters),
        "save_all": work.save_all,
        "cron": schedule.cron if schedule else None,
        "time_zone": schedule.time_zone if schedule else None,
        "triggers": sorted(setup.triggers),
        "enabled": setup.is_enabled,
    }


class ConfigurationRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def find(self, configuration_id: ConfigurationId) -> WorkflowConfiguration | None:
        statement = select_in(self._uow.tenant, _Row).where(_is(configuration_id))
        row = (await self._uow.session.scalars(statement)).one_or_none()
        return to_model(row) if row else None

    async def get(self, configuration_id: ConfigurationId) -> WorkflowConfiguration:
        found = await self.find(configuration_id)
        if found is None:
            raise NotFound("workflow configuration", str(configuration_id))
        return found

    async def lock(self, configuration_id: ConfigurationId) -> WorkflowConfigurationRow:
        statement = select_in(self._uow.tenant, _Row).where(_is(configuration_id)).with_for_update(key_share=True)
        row = (await self._uow.session.scalars(statement)).one_or_none()
        if row is None:
            raise NotFound("workflow configuration", str(configuration_id))
        return row

    async def add(self, setup: SetUp) -> WorkflowConfigurationRow:
        now = self._uow.clock()
        row = _Row(
            id=new_id(), version=1, created_at=now, updated_at=now, **columns_of(setup), **owned_by(self._uow.tenant)
        )
        self._uow.add(row)
        await self._claim_name(setup.name)
        return row

    async def change(self, row: WorkflowConfigurationRow, setup: SetUp) -> None:
        for name, value in columns_of(setup).items():
            setattr(row, name, value)
        row.version += 1
        row.updated_at = self._uow.clock()
        await self._claim_name(setup.name)

    async def _claim_name(self, name: str) -> None:
        """Only the index knows of one of this name that another transaction makes at the same time."""
        try:
            await self._uow.session.flush()
        except IntegrityError as taken:
            raise Conflict(f"There is a workflow configuration {name!r} already; choose another name.") from taken


def _is(configuration_id: ConfigurationId) -> ColumnElement[bool]:
    return (col(_Row.id) == configuration_id) & col(_Row.deleted_at).is_(None)
