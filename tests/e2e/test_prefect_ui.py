"""What an operator sees in Prefect's own UI of the runs that the main job made."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e import bank
from tests.e2e.browser import Page, opened_page
from tests.e2e.client import GraphQL

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

FLOWS = {
    "SERVICE_INGESTION": ("service-ingestion", "ingest-service"),
    "PROFILING": ("profiling", "profile-database"),
    "METADATA_ENRICHMENT": ("metadata-enrichment", "enrich-metadata"),
    "DQ_RULE_GENERATION": ("dq-rule-generation", "generate-dq-rules"),
    "DQ_EXECUTION": ("dq-execution", "execute-dq-rules"),
    "METADATA_ASSESSMENT": ("metadata-assessment", "assess-metadata"),
    "DQ_ASSESSMENT": ("dq-assessment", "assess-dq"),
}
RUNS = """query ($filter: WorkflowRunFilter!) { workflowRuns(filter: $filter, first: 1) {
  edges { node { prefectUrl progress { completed failed total } items(first: 100) { edges { node { fqn } } } } } } }"""


@pytest.fixture
async def executed(demo_output: str, api: GraphQL) -> None:
    """The main job is done, and with it the one kind of run that it does not need."""
    del demo_output
    await bank.complete(api, await bank.start(api, "startRuleExecution", "bank", bank.CORE))


@pytest.mark.usefixtures("executed")
async def test_runs_of_all_flows_are_found_in_prefects_ui_with_names_tasks_logs_and_summaries(
    api: GraphQL, tmp_path: Path
) -> None:
    async with opened_page(tmp_path) as page:
        for run_type, (name, flow) in FLOWS.items():
            # given the newest run of a flow
            found = await api.ask(RUNS, filter={"types": [run_type], "connection": "bank"})
            await _is_seen(page, found["workflowRuns"]["edges"][0]["node"], name, flow)


async def _is_seen(page: Page, run: dict[str, Any], name: str, flow: str) -> None:
    done, failed, total = (run["progress"][count] for count in ("completed", "failed", "total"))
    summary = f"{done} of {total} done, {failed} failed."
    tables = [item["node"]["fqn"] for item in run["items"]["edges"]]

    # when its page is opened, it says what it is about, and in its log what it did and how it came out
    await page.open(run["prefectUrl"])
    await page.shows(f"{name} bank", flow, f"{total} Task runs", *tables, f"Finished in state Completed('{summary}')")

    # and there is a task of each table's name
    await page.click("Task Runs")
    await page.shows(f"({total} Completed)", *tables)

    # and an artifact that sums it up and leads to Assay
    await page.click("Artifacts")
    await page.click(f"assay-{name}")
    await page.shows("markdown", f"{summary} Open the run in Assay")
