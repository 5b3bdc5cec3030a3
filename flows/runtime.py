"""What one run may use: settings, the domain and its source, opened on the flow's own event loop."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind
from prefect import State, get_run_logger
from prefect.client.orchestration import get_client
from prefect.exceptions import Abort
from prefect.runtime import flow_run as flow_run_context
from prefect.states import Cancelled, Completed, Crashed
from structlog.contextvars import bind_contextvars
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from domain.access.model import system_actor
from domain.addresses import api_for_people
from domain.assets.model import FoundTable
from domain.bootstrap import Domain, open_domain
from domain.connections.model import DataConnection
from domain.errors import DomainError, NotFound, Unavailable
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.logs import configure_logs
from domain.runs.budget import words_of_missing
from domain.runs.model import Begin, RunStatus, RunTaken, WorkflowRun
from domain.settings import Settings, load_settings
from domain.tracing import begin_tracing, flush_traces, span
from flows.crew import Crew, share_of
from flows.failures import RunFailure
from flows.run_summary import publish_summary
from flows.sources.base import Source
from flows.sources.registry import open_source
from flows.task_runners import Runner, runner_of
from flows.unexpected import unexpected
from flows.work_in_hand import WorkInHand

T = TypeVar("T")

HEARTBEAT_SECONDS = 2.0
"""Also how soon a run notices that it was cancelled."""
PATIENCE_SECONDS = 180.0
"""How long a run waits for a database of ours that went away; a restart takes seconds."""

log = structlog.get_logger()


def table_runner(crew: Crew) -> Runner:
    """The task runner of a flow, as the settings say at the moment in which Prefect imports it."""
    return runner_of(crew, load_settings())


class AllItemsFailed(RunFailure):
    code = "ALL_ITEMS_FAILED"


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Store or read through a loss of our own database; everything that is stored may be stored twice."""
    attempts = AsyncRetrying(
        retry=retry_if_exception_type(Unavailable),
        wait=wait_exponential_jitter(multiplier=0.2, max=5),
        stop=stop_after_delay(PATIENCE_SECONDS),
        reraise=True,
    )
    async for attempt in attempts:
        with attempt:
            result = await call()
    return result


@dataclass(frozen=True, slots=True)
class Run:
    """A run at work."""

    record: WorkflowRun
    connection: DataConnection
    actor: Actor
    domain: Domain
    settings: Settings
    work: WorkInHand = field(default_factory=WorkInHand)

    async def say(self, message: str, level: str = "INFO") -> None:
        """A line for the people who follow the run, here and in Prefect's UI."""
        get_run_logger().info(message) if level == "INFO" else get_run_logger().warning(message)
        await patiently(lambda: self.domain.runs.log(self.actor, self.record.id, level, message))

    async def open_items(self, fqns: Sequence[Fqn] | None = None) -> Sequence[Fqn]:
        """What is left to do: a retried run finds only what is not done."""
        return await patiently(lambda: self.domain.items.open_items(self.actor, self.record.id, fqns))

    @asynccontextmanager
    async def source(self) -> AsyncIterator[Source]:
        """The governed database, read only; a source that cannot be reached fails the run here."""
        async with open_source(self.connection, self.settings.secrets_folder, self.settings.source) as source:
            yield source

    async def close(self, output: Mapping[str, Any]) -> State[None]:
        """Keep the summary and put it into words; a run of which every item failed has failed itself."""
        run = await patiently(lambda: self.domain.read.runs.get(self.actor.tenant, self.record.id))
        done, failed, total = run.progress.completed, run.progress.failed, run.progress.total
        summary = {**output, "completed": done, "failed": failed, "total": total}
        await patiently(lambda: self.domain.runs.record_output(self.actor, run.id, summary))
        words = f"{done} of {total} done, {failed} failed. {words_of_missing(output)}".rstrip()
        if self.work.has_to_end:
            return await _ended(words)
        if total and failed == total:
            raise AllItemsFailed(f"All {total} items failed; each says why.")
        await self.say(words)
        return Completed(message=words)


async def _ended(words: str) -> State[None]:
    """Cancelled, if that is what somebody asked Prefect for; otherwise the process was told to end."""
    async with get_client() as client:
        flow_run = await client.read_flow_run(UUID(str(flow_run_context.id)))
    if flow_run.state and flow_run.state.is_cancelling():
        return Cancelled(message=words)
    return Crashed(message=f"The process was told to end. {words}")


@asynccontextmanager
async def open_upkeep() -> AsyncIterator[tuple[Domain, Settings]]:
    """What a flow needs that looks after all projects and belongs to no run."""
    settings = load_settings()
    configure_logs(settings)
    async with open_domain(settings) as domain:
        yield domain, settings


@asynccontextmanager
async def open_share(processes: int) -> AsyncIterator[tuple[Domain, Settings]]:
    """What one of so many processes needs that share the work of a run."""
    settings = share_of(load_settings(), processes)
    configure_logs(settings)
    async with open_domain(settings) as domain:
        yield domain, settings


@asynccontextmanager
async def open_run(run_id: UUID) -> AsyncIterator[Run]:
    """Everything a flow needs, and a heartbeat while it works. Why it fails as a whole is recorded with the run."""
    settings = load_settings()
    configure_logs(settings)
    bind_contextvars(run=str(run_id))
    begin_tracing("assay-flow")
    async with _leaving_it_to_others(run_id), open_domain(settings) as domain:
        run = await _begun(domain, settings, run_id)
        beating = asyncio.create_task(_beat(run))
        try:
            with run.work.ending_on_sigterm(), _traced(run.record):
                await _until_admitted(run)
                yield run
        except RunFailure as failure:
            await _record_failure(run, failure.code, failure.message)
            raise
        except RunTaken:
            raise
        except DomainError as error:
            await _record_failure(run, type(error).__name__.upper(), error.message)
            raise
        except Exception as error:  # noqa: BLE001 - Prefect would show the text of whatever it was
            told = unexpected(error, run.record.id)
            await _record_failure(run, told.code, told.message)
            raise told from None
        finally:
            await publish_summary(domain, run.record, api_for_people(settings))
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating
            await asyncio.to_thread(flush_traces)


def _traced(run: WorkflowRun) -> AbstractContextManager[None]:
    """The run goes on with the trace of the request that asked for it; so do the runs that it asks for."""
    about = {"assay.run": str(run.id), "assay.project": str(run.tenant.project_id)}
    return span(f"run {run.type}", run.traceparent, SpanKind.CONSUMER, **about)


@asynccontextmanager
async def _leaving_it_to_others(run_id: UUID) -> AsyncIterator[None]:
    """A process whose run is another one's ends without a word: any state that it reported would be taken for that
    one's. Prefect's engine lets go of the flow run when it sees an `Abort`.
    """
    try:
        yield
    except RunTaken as taken:
        log.warning("run.taken", run=str(run_id))
        raise Abort(taken.message) from None


async def _begun(domain: Domain, settings: Settings, run_id: UUID) -> Run:
    record = await patiently(lambda: domain.oversight.find_text(run_id))
    if record is None:
        raise NotFound("run", str(run_id))
    begin = Begin(UUID(str(flow_run_context.id)), flow_run_context.run_count)
    flow, process = system_actor(record.tenant, f"flow {record.type}"), new_id()
    actor = await patiently(lambda: domain.claims.claim(flow, record.id, begin, process))
    connection = await patiently(lambda: domain.read.connections.get(record.tenant, record.connection_id))
    return Run(record, connection, actor, domain, settings)


async def _until_admitted(run: Run) -> None:
    """A retry in Prefect's UI begins a run past those that wait for its source; then it waits here for its turn."""
    began = time.monotonic()
    while not run.work.has_to_end:
        known = await patiently(lambda: run.domain.read.runs.get(run.actor.tenant, run.record.id))
        if known.is_admitted:
            return
        if known.status.is_terminal and time.monotonic() - began > PATIENCE_SECONDS:
            run.work.end()  # nobody has heard that it began again, so nobody will admit it
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def _record_failure(run: Run, code: str, message: str) -> None:
    log.error("run.failed", run=str(run.record.id), code=code, message=message)
    await patiently(lambda: run.domain.runs.record_failure(run.actor, run.record.id, code, message))


async def _beat(run: Run) -> None:
    """Tell that the process lives, and hear whether it is still wanted; a database that is away hears it later."""
    await follow(
        run,
        hear=lambda: run.domain.runs.beat(run.actor, run.record.id),
        end=lambda status: _end(run, status),
        leave=lambda: _leave(run),
    )


async def follow(
    run: Run, hear: Callable[[], Awaitable[RunStatus]], end: Callable[[RunStatus], None], leave: Callable[[], None]
) -> None:
    """For ever: `end` once the run has to end, `leave` once it is another process's; both may be called again."""
    was_live = False
    while True:
        try:
            status = await hear()
            was_live = was_live or not status.is_terminal  # a second try may begin before its states are copied
            if status is RunStatus.CANCELLING or (status.is_terminal and was_live):
                end(status)
        except RunTaken:
            leave()
        except Unavailable:
            log.warning("heartbeat.missed", run=str(run.record.id))
        await asyncio.sleep(HEARTBEAT_SECONDS)


def _end(run: Run, status: RunStatus) -> None:
    """End the work; a process that is not wanted any more and cannot end its work ends itself, on the spot."""
    if not run.work.has_to_end:
        log.info("run.cancelled", run=str(run.record.id), status=status)
    run.work.end()
    if status.is_terminal and run.work.ignores_its_end:
        log.error("run.given_up", run=str(run.record.id), status=status)
        os.kill(os.getpid(), signal.SIGKILL)  # its threads may hang in foreign code; sources notice that we are gone


def _leave(run: Run) -> None:
    """Another process carries out the run. Its worker must not take the end of this one for a crash of the run."""
    run.work.end()
    if run.work.ignores_its_end:
        log.error("run.left", run=str(run.record.id))
        os._exit(0)


async def tables_of(source: Source, schemas: Sequence[Fqn]) -> dict[Fqn, FoundTable]:
    """All tables of these schemas, as the source describes them now."""
    described = [await source.describe_schema(schema) for schema in sorted(set(schemas))]
    return {table.fqn: table for schema in described for table in schema.tables}
