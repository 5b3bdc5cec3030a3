"""What stands beside a flow run in Prefect's UI once the run has ended."""

from dataclasses import replace
from uuid import UUID

import pytest
from prefect import State, flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

from domain.fqn import Fqn
from domain.runs.model import ItemStatus, Progress, RunItem, RunType, WorkflowRun
from flows.failures import TableFailed
from flows.fan_out import fan_out
from flows.run_summary import summary_of
from flows.runtime import open_run
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run
from tests.flows.worker import Worker

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
async def run(worker: Worker) -> WorkflowRun:
    await add_connection(worker.domain, worker.actor)
    await add_tables(worker.domain, worker.actor, "card", "account")
    return await request_run(worker.domain, worker.actor, RunType.PROFILING, PUBLIC)


async def summaries(worker: Worker, state: State[None]) -> list[tuple[str | None, object]]:
    flow_run_id = state.state_details.flow_run_id
    assert flow_run_id
    only = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run_id]))
    with worker.server.used():
        async with get_client() as client:
            found = await client.read_artifacts(artifact_filter=only)
    return [(one.key, one.data) for one in found if one.key]  # Prefect keeps failures as artifacts without a key


async def test_a_run_shows_how_far_it_came_what_failed_and_the_way_back(
    worker: Worker, run: WorkflowRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_API_PUBLIC_URL", "https://assay.example")

    async def work(fqn: Fqn) -> None:
        if fqn.name == "card":
            raise TableFailed("It is locked.")
        await worker.domain.items.finish(worker.actor, run.id, fqn, {})

    @flow(name="probe")
    async def probe(run_id: UUID) -> State[None]:
        async with open_run(run_id) as opened:
            await fan_out(opened, await opened.open_items(), work)
            return await opened.close({})

    state, _ = await worker.call(probe, run.id)

    assert await summaries(worker, state) == [
        (
            "assay-profiling",
            (
                f"**1 of 2 done, 1 failed.** [Open the run in Assay](https://assay.example/runs/{run.id})\n\n"
                "| Failed | Why |\n|---|---|\n"
                "| bank.main.public.card | It is locked. |"
            ),
        )
    ]


async def test_a_run_that_fails_as_a_whole_says_why(worker: Worker, run: WorkflowRun) -> None:
    @flow(name="probe")
    async def probe(run_id: UUID) -> State[None]:
        async with open_run(run_id):
            raise TableFailed("db.test:5432/main refuses.")

    state, _ = await worker.call(probe, run.id)

    assert await summaries(worker, state) == [
        (
            "assay-profiling",
            (
                f"[Open the run in Assay](http://127.0.0.1:8000/runs/{run.id})\n\n"
                "**Why it could not go on:** db.test:5432/main refuses."
            ),
        )
    ]


async def test_odd_names_are_no_markup_and_a_long_list_is_cut(run: WorkflowRun) -> None:
    odd = Fqn.of("bank", "main", "public", "a|b*[x](y)")
    item = RunItem(run.id, odd, ItemStatus.FAILED, 1, "TABLE_FAILED", "Line one\nline two.", None, None, {})

    text = summary_of(replace(run, progress=Progress(1000, 3, 1003)), [item], "https://a/runs/1")

    assert text == (
        "**1,000 of 1,003 done, 3 failed.** [Open the run in Assay](https://a/runs/1)\n\n"
        "| Failed | Why |\n|---|---|\n"
        "| bank.main.public.a\\|b\\*\\[x\\]\\(y\\) | Line one line two. |\n\n"
        "2 more failed; Assay lists them all."
    )


async def test_what_a_budget_left_out_is_counted(run: WorkflowRun) -> None:
    missing = {"missing": {"tables": 3, "columns": 2, "first": []}}

    text = summary_of(replace(run, progress=Progress(7, 0, 10), output=missing), [], "https://a/runs/1")

    assert text == (
        "**7 of 10 done, 0 failed.** [Open the run in Assay](https://a/runs/1)\n\n"
        "Tables left out by the budget: 3; columns of others: 2."
    )
