"""What an operator sees in Prefect's own UI of the runs that the main job made."""

from pathlib import Path

import pytest

from tests.e2e import bank
from tests.e2e.browser import opened_page
from tests.e2e.client import GraphQL

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

FLOWS = {
    "SERVICE_INGESTION": "ingest-service",
    "PROFILING": "profile-database",
    "METADATA_ENRICHMENT": "enrich-metadata",
    "DQ_RULE_GENERATION": "generate-dq-rules",
    "METADATA_ASSESSMENT": "assess-metadata",
    "DQ_ASSESSMENT": "assess-dq",
}
RUNS = """query ($filter: WorkflowRunFilter!) { workflowRuns(filter: $filter, first: 1) {
  edges { node { prefectUrl progress { completed failed total } targets } } } }"""


@pytest.mark.usefixtures("demo_output")
async def test_a_run_is_found_in_prefects_ui_with_its_name_tasks_logs_and_summary(api: GraphQL, tmp_path: Path) -> None:
    # given the profiling run of the main job
    found = await api.ask(RUNS, filter={"types": ["PROFILING"], "connection": "bank"})
    run = found["workflowRuns"]["edges"][0]["node"]
    done, failed, total = (run["progress"][name] for name in ("completed", "failed", "total"))

    # when its page is opened in Prefect's UI
    async with opened_page(tmp_path) as page:
        await page.open(run["prefectUrl"])

        # then it says what it is about, what it did table by table, and how it came out
        await page.shows("profiling bank.", f"{total} tables", bank.CARD, f"{done} of {total} done, {failed} failed.")
