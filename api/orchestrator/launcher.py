"""Starts, cancels and retries runs in Prefect. Each call may come twice and then changes nothing."""

from datetime import timedelta
from uuid import UUID

from prefect import State
from prefect.states import AwaitingRetry, Cancelling
from prefect.telemetry.run_telemetry import LABELS_TRACEPARENT_KEY

from api.orchestrator.client import prefect
from api.orchestrator.names import deployment_of, name_of, tags_of
from api.orchestrator.schedules import keep_schedule
from domain.clock import utc_now
from domain.runs.model import WorkflowRun
from domain.workflows.model import ConfigurationId, Schedule


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
                labels={LABELS_TRACEPARENT_KEY: run.traceparent} if run.traceparent else None,
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

    async def keep_schedule(self, configuration_id: ConfigurationId, wanted: Schedule | None) -> None:
        """Let Prefect start the configuration by this schedule from now on; None: by none."""
        await keep_schedule(configuration_id, wanted)
