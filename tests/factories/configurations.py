from collections.abc import Mapping
from typing import Any

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.runs.model import RunRequest, RunType
from domain.triggers import Trigger
from domain.workflows.model import Schedule, SetUp, WorkflowConfiguration


def setup_of(
    *targets: Fqn,
    name: str = "nightly",
    run_type: RunType = RunType.PROFILING,
    parameters: Mapping[str, Any] | None = None,  # as RunRequest takes them
    save_all: bool = False,
    schedule: Schedule | None = None,
    triggers: frozenset[Trigger] = frozenset(),
    is_enabled: bool = True,
) -> SetUp:
    connection = targets[0].parts[0] if targets else "bank"
    work = RunRequest(run_type, connection, targets, parameters or {}, save_all=save_all)
    return SetUp(name, work, schedule, triggers, is_enabled)


async def add_configuration(domain: Domain, actor: Actor, *targets: Fqn, **settings: Any) -> WorkflowConfiguration:
    """`settings` as `setup_of` takes them."""
    return await domain.configurations.create(actor, setup_of(*targets, **settings))
