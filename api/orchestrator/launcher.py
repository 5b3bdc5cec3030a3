"""Starts, cancels and retries runs in Prefect. Each call may come twice and then changes nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import httpx
from prefect import State
from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import AwaitingRetry, Cancelling

from api.orchestrator.names import deployment_of, name_of, tags_of
from domain.clock import utc_now
from domain.errors import Conflict, Unavailable
from domain.runs.model import WorkflowRun

CLIENT_ERROR, SERVER_ERROR = 400, 500
NOT_NOW = frozenset({408, 425, 429})
"""Refusals that are none: too slow, too early, too often."""


@asynccontextmanager
async def prefect() -> AsyncIterator[PrefectClient]:
    """A client for a few calls; Prefect being away becomes `Unavailable`, a refusal for good becomes `Conflict`."""
    try:
        async with get_client() as client:
            yield client
    except ObjectNotFound as error:
        raise Unavailable("Prefect does not know the deployment or run yet; are the flows deployed?") from error
    except PrefectHTTPStatusError as error:
        status = error.response.status_code
        if CLIENT_ERROR <= status < SERVER_ERROR and status not in NOT_NOW:
            raise Conflict(f"Prefect refuses the run (HTTP {status}).") from error
        raise Unavailable(f"Prefect cannot answer now (HTTP {status}).") from error
    except (httpx.HTTPError, OSError, RuntimeError) as error:
        raise Unavailable(f"Prefect cannot be reached ({type(error).__name__}).") from error


class Launcher:
    async def start(self, run: WorkflowRun, tables: int) -> UUID:
        """Create the flow run. The run's id is the idempotency key: a second call finds the first one's flow run."""
        async with prefect() as client:
            deployment = await client.read_deployment_by_name(deployment_of(run.type))
            flow_run = await client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"run_id": str(run.id)},
                name=name_of(run, tables),
                tags=tags_of(run),
                idempotency_key=str(run.id),
            )
            return flow_run.id

    async def cancel(self, flow_run_id: UUID) -> None:
        """Ask for the end of a flow run; one that has ended stays as it is."""
        async with prefect() as client:
            flow_run = await client.read_flow_run(flow_run_id)
            if flow_run.state and not flow_run.state.is_final() and not flow_run.state.is_cancelling():
                await client.set_flow_run_state(flow_run_id, Cancelling(message="Cancelled through Assay."))

    async def retry(self, flow_run_id: UUID, after_seconds: int) -> None:
        """Let an ended flow run begin again after a pause; one that has not ended stays as it is."""
        async with prefect() as client:
            flow_run = await client.read_flow_run(flow_run_id)
            if flow_run.state and flow_run.state.is_final():
                due_at = utc_now() + timedelta(seconds=after_seconds)
                again: State[None] = AwaitingRetry(scheduled_time=due_at, message="Tried again through Assay.")
                await client.set_flow_run_state(flow_run_id, again, force=True)
