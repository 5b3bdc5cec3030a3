"""What becomes of a request for a run: the one way in which runs come to be."""

from domain.assets.repository import AssetRepository
from domain.audit.repository import record
from domain.connections.model import DataConnection
from domain.connections.repository import ConnectionRepository
from domain.db.uow import UnitOfWork
from domain.errors import Invalid
from domain.events import RunRequested
from domain.runs.model import Origin, RunRequest, WorkflowRun, check_targets
from domain.runs.places import admitted
from domain.runs.repository import RunRepository


async def check_request(uow: UnitOfWork, request: RunRequest) -> DataConnection:
    """The connection that is to be worked on; refuses what cannot be done there."""
    connection = await ConnectionRepository(uow).get_named(request.connection)
    check_targets(request, connection.service)
    assets = AssetRepository(uow)
    for target in request.targets:
        if not await assets.tables([target]):
            raise Invalid(
                "targets",
                f"The catalogue has no table in {target}. Check the spelling, or ingest the connection first.",
            )
    return connection


async def request_run(uow: UnitOfWork, request: RunRequest, origin: Origin) -> WorkflowRun:
    """A PENDING run and its events; with a key that was used before, the run of that time."""
    connection = await check_request(uow, request)
    run, is_new = await RunRepository(uow).add(request, connection, origin)
    if is_new:
        record(uow, "request", "run", str(run.id), after={"type": run.type, "targets": list(run.scopes)})
        uow.emit(RunRequested(scopes=run.scopes, run_id=run.id))
        admit_unless_waiting(uow, run)
    return run


def admit_unless_waiting(uow: UnitOfWork, run: WorkflowRun) -> None:
    if run.waiting_since is None:
        uow.emit(admitted(run))
