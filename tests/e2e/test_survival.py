"""What is killed in the middle of the main job costs nothing that was committed, and the job ends in a true state."""

import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.client import GraphQL
from tests.e2e.conftest import make_installation
from tests.e2e.installation import Installation

pytestmark = pytest.mark.e2e

CHANGES = """subscription { workflowRunsChanged(scope: "bank") { run { id type status progress { completed } } } }"""
RUNS = """query { workflowRuns(first: 100) { edges { node { id type status failedItemCount
  progress { completed failed total } items(first: 100) { edges { node { fqn status } } } } } } }"""
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@pytest.fixture(scope="module")
def shaken() -> Iterator[Installation]:
    """An installation for these tests alone."""
    made = make_installation()
    made.start()
    yield made
    made.stop()
    left = made.processes()
    shutil.rmtree(made.home.parent)
    assert left == []


@pytest.fixture
async def shaken_api(shaken: Installation) -> AsyncIterator[GraphQL]:
    client = GraphQL(shaken.url)
    yield client
    await client.close()


@pytest.mark.parametrize("victim", ["api", "worker", "postgresql"])
async def test_job_goes_on_after_a_kill_in_its_middle(victim: str, shaken: Installation, shaken_api: GraphQL) -> None:
    # given a main job in the middle of its profiling
    job = shaken.begin("demo", "--exit", "--again")
    run = await _profiling_under_way(shaken_api)

    # when a part is killed without a chance to clean up
    os.kill(shaken.pid_of(victim), signal.SIGKILL)
    output, _ = job.communicate(timeout=300)

    # then the job still ends well, and every run in a true state
    assert job.returncode == 0, output
    runs = {edge["node"]["id"]: edge["node"] for edge in (await shaken_api.ask(RUNS))["workflowRuns"]["edges"]}
    assert {one["status"] for one in runs.values()} <= ENDED
    items = [edge["node"] for edge in runs[run]["items"]["edges"]]
    assert runs[run]["status"] == "COMPLETED"
    assert runs[run]["progress"] == {"completed": len(items), "failed": 0, "total": len(items)}
    assert {item["status"] for item in items} == {"COMPLETED"}


async def test_what_was_committed_is_there_after_everything_is_killed(
    shaken: Installation, shaken_api: GraphQL
) -> None:
    # given a job in its middle
    job = shaken.begin("demo", "--exit", "--again")
    run = await _profiling_under_way(shaken_api)

    # when the launcher and all that it started die at once, and Assay is started again
    shaken.kill_all()
    job.kill()
    job.communicate(timeout=60)
    shaken.start()

    # then the run is known, ends by itself in a true state, and a new job succeeds
    found = (await shaken_api.ask(RUNS))["workflowRuns"]["edges"]
    assert run in {edge["node"]["id"] for edge in found}
    await _ended(shaken_api, run)
    done = shaken.run("demo", "--exit", "--again")
    assert done.returncode == 0, done.stdout + done.stderr


async def _profiling_under_way(api: GraphQL) -> str:
    """The id of the next profiling run, as soon as one of its tables is done."""
    async with api.subscribed(CHANGES) as changes:
        async for change in changes:
            run = change["run"]
            if run["type"] == "PROFILING" and run["status"] == "RUNNING" and run["progress"]["completed"]:
                return str(run["id"])
    raise AssertionError("the subscription ended")


async def _ended(api: GraphQL, run: str) -> None:
    query = """subscription ($runId: ID!) { workflowRunEvents(runId: $runId) { __typename } }"""
    async with api.subscribed(query, runId=run) as events:
        async for _ in events:
            pass
