"""Runs flows as a worker would, but in the process of the test."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from prefect import Flow, State
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import TaskRun

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunId, RunItem, RunRequest, RunType, WorkflowRun
from domain.workflows.model import DEFINITIONS
from flows.deploy import FLOWS
from tests.fixtures.prefect import PrefectServer
from tests.waiting import eventually

PASSWORD_VARIABLE = "ASSAY_SECRET_SHOP"


Called = Flow[[UUID], Coroutine[Any, Any, State[None]]]  # as Prefect types what an asynchronous flow is


@dataclass(frozen=True, slots=True)
class Worker:
    server: PrefectServer
    domain: Domain
    actor: Actor

    async def run(
        self, run_type: RunType, *targets: Fqn, connection: str = "svc", **parameters: object
    ) -> tuple[State[None], WorkflowRun]:
        """Request a run and carry it out: Prefect's last state, and our run."""
        request = RunRequest(run_type, connection, targets, parameters)
        run = await self.domain.runs.request(self.actor, request)
        return await self.carry_out(run)

    async def carry_out(self, run: WorkflowRun) -> tuple[State[None], WorkflowRun]:
        return await self.call(FLOWS[DEFINITIONS[run.type].flow], run.id)

    async def call(self, flow: Called, run_id: RunId) -> tuple[State[None], WorkflowRun]:
        await self.domain.places.fill(self.actor, run_id)  # as the relay does
        with self.server.used():
            # A flow that returns a state ends in it; Prefect's types put another one around it.
            state = cast("State[None]", await flow(run_id, return_state=True))
        return state, await self.domain.read.runs.get(self.actor.tenant, run_id)

    async def items(self, run: WorkflowRun) -> dict[str, RunItem]:
        """By the name of the table (or schema)."""
        page = await self.domain.read.runs.items(self.actor.tenant, run.id, (), PageRequest(first=100))
        return {item.fqn.name: item for _, item in page.items}

    async def said(self, run: WorkflowRun) -> Sequence[str]:
        page = await self.domain.read.runs.log_lines(self.actor.tenant, run.id, PageRequest(first=100))
        return [line.message for _, line in page.items]

    async def told_to_prefect(self, state: State[None], tasks: int) -> str:
        """The messages of the flow run and of its tasks, of which there have to be so many, as one text."""
        ended = [run.state for run in await self.tasks_in_prefect(state, tasks) if run.state]
        return "\n".join([state.message or "", *(one.message or "" for one in ended)])

    async def tasks_in_prefect(self, state: State[None], tasks: int) -> list[TaskRun]:
        """The task runs of a flow run, once so many are there and have ended."""
        flow_run_id = state.state_details.flow_run_id
        assert flow_run_id
        only = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id]))
        found: list[TaskRun] = []
        with self.server.used():
            async with get_client() as client:

                async def all_have_ended() -> bool:
                    found[:] = await client.read_task_runs(flow_run_filter=only)
                    return len(found) == tasks and all(one.state and one.state.is_final() for one in found)

                await eventually(all_have_ended)
        return found
