"""Runs, brought to the state that a test begins with."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.assets.model import AssetField, Suggestion
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.runs.model import RunId, RunRequest, RunState, RunStatus, RunType, WorkflowRun


async def request_run(
    domain: Domain,
    actor: Actor,
    run_type: RunType,
    *targets: Fqn,
    parameters: Mapping[str, Any] | None = None,  # as RunRequest takes them
    save_all: bool = False,
) -> WorkflowRun:
    connection = targets[0].parts[0] if targets else "bank"
    request = RunRequest(run_type, connection, targets, parameters or {}, save_all=save_all)
    return await domain.runs.request(actor, request)


async def report(
    domain: Domain, actor: Actor, run_id: RunId, status: RunStatus, at: datetime, message: str | None = None
) -> bool:
    """A state as Prefect reports it."""
    return await domain.runs.record_state(actor, run_id, RunState(status, at, message))


async def complete(domain: Domain, actor: Actor, run_id: RunId) -> None:
    now = domain.clock()
    await report(domain, actor, run_id, RunStatus.RUNNING, now)
    await report(domain, actor, run_id, RunStatus.COMPLETED, now + timedelta(microseconds=1))


async def completed_run(domain: Domain, actor: Actor, run_type: RunType, *targets: Fqn) -> WorkflowRun:
    run = await request_run(domain, actor, run_type, *targets)
    await complete(domain, actor, run.id)
    return await domain.read.runs.get(actor.tenant, run.id)


def described(asset: Fqn, text: str, field: AssetField = AssetField.DESCRIPTION) -> Suggestion:
    return Suggestion(asset, field, text, 0.9, "The name says so.", {"tokens": ["name"]})


async def enriched_run(
    domain: Domain,
    actor: Actor,
    table: Fqn,
    suggestions: Sequence[Suggestion],
    base_versions: Mapping[Fqn, int] | None = None,
) -> WorkflowRun:
    """A completed enrichment of one table, with these suggestions for versions 1."""
    run = await request_run(domain, actor, RunType.METADATA_ENRICHMENT, table)
    await domain.items.open_items(actor, run.id)
    versions = base_versions or {one.asset: 1 for one in suggestions}
    await domain.items.finish_enriched(actor, run.id, table, suggestions, versions, [])
    await complete(domain, actor, run.id)
    return await domain.read.runs.get(actor.tenant, run.id)
