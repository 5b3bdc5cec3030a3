from domain.access.model import require
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import VersionConflict
from domain.events import ConfigurationChanged
from domain.fqn import Fqn
from domain.identity import Actor, Permission
from domain.runs.requesting import check_request
from domain.workflows.model import ConfigurationId, SetUp, WorkflowConfiguration
from domain.workflows.repository import ConfigurationRepository, columns_of, to_model
from domain.workflows.tables import WorkflowConfigurationRow


class ConfigurationService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def create(self, actor: Actor, setup: SetUp) -> WorkflowConfiguration:
        """Save how a kind of work is to be done; it has to be possible now."""
        require(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            await check_request(uow, setup.work)
            row = await ConfigurationRepository(uow).add(setup)
            record(uow, "create", "workflow_configuration", setup.name, after=columns_of(setup))
            uow.emit(_changed(row))
            return to_model(row)

    async def update(
        self, actor: Actor, configuration_id: ConfigurationId, setup: SetUp, expected_version: int
    ) -> WorkflowConfiguration:
        """Work that stays as it is need not be possible any more, so that what starts it can be switched off."""
        require(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            row = await _lock(uow, configuration_id, expected_version)
            before = to_model(row)
            if setup == before.setup:
                return before
            if setup.work != before.setup.work:
                await check_request(uow, setup.work)
            await ConfigurationRepository(uow).change(row, setup)
            record(
                uow,
                "update",
                "workflow_configuration",
                before.name,
                before=columns_of(before.setup),
                after=columns_of(setup),
            )
            uow.emit(_changed(row))
            return to_model(row)

    async def delete(
        self, actor: Actor, configuration_id: ConfigurationId, expected_version: int
    ) -> WorkflowConfiguration:
        """Nothing starts it any more; its runs stay, and still name it."""
        require(actor, Permission.ADMINISTER)
        async with self._unit_of_work(actor) as uow:
            row = await _lock(uow, configuration_id, expected_version)
            before = to_model(row)
            record(uow, "delete", "workflow_configuration", row.name, before=columns_of(before.setup))
            row.deleted_at, row.enabled = uow.clock(), False
            uow.emit(_changed(row))
            return before


async def _lock(uow: UnitOfWork, configuration_id: ConfigurationId, expected: int) -> WorkflowConfigurationRow:
    row = await ConfigurationRepository(uow).lock(configuration_id)
    if row.version != expected:
        raise VersionConflict("Workflow configuration", row.name, expected, row.version)
    return row


def _changed(row: WorkflowConfigurationRow) -> ConfigurationChanged:
    return ConfigurationChanged(
        scopes=(str(Fqn.of(row.connection_name)),),
        configuration_id=row.id,
        version=row.version,
        enabled=row.enabled,
        deleted=row.deleted_at is not None,
    )
