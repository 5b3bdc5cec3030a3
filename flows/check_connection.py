from uuid import UUID

from prefect import State, flow

from flows.failures import SourceUnreachable
from flows.runtime import Run, open_run, patiently


@flow(name="check-connection")
async def check_connection(run_id: UUID) -> State[None]:
    """Speak to the source once and keep what it said with the connection."""
    async with open_run(run_id) as run:
        try:
            async with run.source() as source:
                version = await source.check()
        except SourceUnreachable as failure:
            await _record(run, problem=failure.message)
            raise
        await _record(run, version=version)
        return await run.close({"server": version})


async def _record(run: Run, problem: str | None = None, version: str = "") -> None:
    connection = run.connection.id
    await patiently(lambda: run.domain.connections.record_check(run.actor, connection, problem, version))
