"""A Save that closes all open violations, against one UPDATE and one INSERT of as many rows."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import asyncpg

from benchmarks.scale import names
from benchmarks.scale.figures import Figure, Work, medians
from benchmarks.scale.size import Size
from domain.bootstrap import Domain
from domain.connections.model import ConnectionKind, ConnectionSettings
from domain.identity import Actor
from domain.runs.model import Approval, RunId, RunRequest, RunState, RunStatus, RunType

BAR = 5.0
_UPDATE = """
UPDATE violation SET status = 'RESOLVED', resolution = 'SUPERSEDED_BY_APPROVAL', resolved_at = now(), resolved_by = $2
 WHERE project_id = $1 AND status = 'OPEN'
"""
_INSERT = """
INSERT INTO metric_snapshot (organization_id, project_id, metric, asset_fqn, numerator, denominator, observed_at)
SELECT organization_id, project_id, metric, asset_fqn, 0, 0, now() FROM metric_cell WHERE project_id = $1 LIMIT $2
"""


async def measure_saving(
    sql: asyncpg.Connection, domain: Domain, actor: Actor, size: Size, repetitions: int
) -> Sequence[Figure]:
    """In each turn the bare statements are rolled back, and the Save is undone."""
    run = await profiled(domain, actor, size)
    approval = (await domain.approvals.approve(actor, run)).approval
    await domain.approvals.undo(actor, run)
    works: dict[str, Work] = {
        "bare": partial(_bare, sql, actor, approval),
        "save": partial(domain.approvals.approve, actor, run),
        "undo": partial(domain.approvals.undo, actor, run),
    }
    taken = await medians(works, repetitions)
    what = f"{approval.resolved_violations:,} violations and {approval.invalidated_cells:,} cells"
    return [
        Figure(f"bare UPDATE and INSERT of {what}", taken["bare"]),
        Figure(f"Save of {what}", taken["save"], taken["save"] / taken["bare"], BAR),
        Figure("undo of that Save", taken["undo"], taken["undo"] / taken["bare"]),
    ]


async def _bare(sql: asyncpg.Connection, actor: Actor, approval: Approval) -> None:
    project = actor.tenant.project_id
    transaction = sql.transaction()
    await transaction.start()
    await sql.execute(_UPDATE, project, actor.name)
    await sql.execute(_INSERT, project, approval.invalidated_cells)
    await transaction.rollback()


async def profiled(domain: Domain, actor: Actor, size: Size) -> RunId:
    """A completed profiling run of the schemas that have open violations."""
    settings = ConnectionSettings(host="localhost", port=5432, database="main", username="reader")
    await domain.connections.create(actor, names.SERVICE.name, ConnectionKind.POSTGRESQL, settings)
    targets = tuple(names.schema(number) for number in range(size.troubled_schemas))
    run = await domain.runs.request(actor, RunRequest(RunType.PROFILING, names.SERVICE.name, targets))
    now = domain.clock()
    for status, moment in ((RunStatus.RUNNING, now), (RunStatus.COMPLETED, now + timedelta(microseconds=1))):
        await domain.runs.record_state(actor, run.id, RunState(status, moment, None))
    return run.id
