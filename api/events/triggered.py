"""Starts the configurations that wait for an event, each of them once for it."""

from uuid import UUID

import structlog

from domain.bootstrap import Domain
from domain.connections.model import ConnectionId
from domain.errors import DomainError, Unavailable
from domain.identity import Actor
from domain.runs.model import RunId
from domain.triggers import Trigger
from domain.workflows.model import ConfigurationId

log = structlog.get_logger()


async def start_after_run(domain: Domain, actor: Actor, event_id: UUID, trigger: Trigger, run_id: RunId) -> None:
    """Those that wait for this to happen at the run's connection; those that led to the run would never end."""
    run = await domain.read.runs.get(actor.tenant, run_id)
    for waiting in await domain.read.configurations.waiting(actor.tenant, trigger, run.connection_name, run.led_by):
        await _start(domain, actor, event_id, waiting, run_id)


async def start_after_announcement(domain: Domain, actor: Actor, event_id: UUID, connection_id: ConnectionId) -> None:
    """Those that wait until somebody announces the connection's service or database."""
    connection = await domain.read.connections.get(actor.tenant, connection_id)
    for waiting in await domain.read.configurations.waiting(actor.tenant, Trigger.ASSET_CREATED, connection.name, ()):
        await _start(domain, actor, event_id, waiting, None)


async def _start(
    domain: Domain, actor: Actor, event_id: UUID, configuration_id: ConfigurationId, cause: RunId | None
) -> None:
    """One that cannot be started does not hold up the others."""
    try:
        await domain.starts.start_triggered(actor, configuration_id, event_id, cause)
    except Unavailable:
        raise
    except DomainError as refusal:
        log.warning("configuration.refused", configuration=str(configuration_id), reason=refusal.message)
