"""What goes wrong, and what happens then: the failure table of the product, each row with its real fault.

The rows that are tested where they belong are named in `PROVEN`; the others are below.
"""

import ast
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.runs.model import ItemStatus, RunType
from tests.factories.connections import add_connection
from tests.flows.sources.source_database import PUBLIC, SourceDatabase
from tests.flows.worker import Worker

TESTS = Path(__file__).parents[1]
PROVEN = {
    "source away before the run": "flows/test_runtime.py::"
    "test_a_source_that_cannot_be_reached_fails_the_run_fast_and_says_where_and_why",
    "source away in the middle": "flows/sources/test_postgres_failures.py::"
    "test_session_lost_in_the_middle_of_a_statement_is_the_sources_failure",
    "wrong password": "flows/test_source_flows.py::test_a_wrong_password_is_said_and_not_shown",
    "model answers 429": "flows/enrichment/test_model_enricher.py::test_a_rate_limit_is_waited_out_as_long_as_told",
    "model times out": "flows/enrichment/test_model_enricher.py::test_three_time_outs_skip_the_table_and_its_columns",
    "one table fails": "flows/test_fan_out.py::test_a_table_that_fails_is_recorded_and_the_others_go_on",
    "every table fails": "flows/test_fan_out.py::test_a_run_of_which_every_table_failed_has_failed",
    "table dropped before its turn": "flows/test_source_flows.py::"
    "test_a_table_that_is_dropped_meanwhile_fails_alone_and_no_value_is_told",
    "table dropped in the middle": "flows/sources/test_postgres_failures.py::"
    "test_table_lost_between_plan_and_copy_fails_alone",
    "disk full in the worker": "flows/test_failure_table.py::test_table_that_a_full_disk_has_no_room_for_fails_alone",
    "memory of a table over its limit": "flows/profiling/test_profile_table.py::"
    "test_table_that_needs_more_memory_than_allowed_fails_alone_and_says_so",
    "worker's process killed for want of memory": "e2e/test_killed_process.py::"
    "test_process_that_is_killed_leaves_a_crashed_run_and_no_statement",
    "worker killed, API killed, PostgreSQL killed": "e2e/test_survival.py::"
    "test_job_goes_on_when_its_parts_are_killed_in_its_middle",
    "worker told to stop": "e2e/test_survival.py::test_worker_that_is_told_to_stop_leaves_its_run_in_the_true_state",
    "everything killed": "e2e/test_survival.py::test_what_was_committed_is_there_after_everything_is_killed",
    "process cannot begin": "e2e/test_beginning.py::"
    "test_run_that_crashes_before_it_began_is_submitted_again_until_it_begins",
    "cancel that gets lost": "e2e/test_lost_cancel.py::"
    "test_run_that_cannot_end_itself_is_ended_from_outside_and_so_is_its_statement",
    "Prefect away": "api/events/test_relay.py::test_a_run_waits_while_prefect_is_away_and_starts_once_when_it_is_back",
    "retried": "flows/test_fan_out.py::test_a_run_that_is_tried_again_does_only_what_is_left",
}
LARGEST_FILE_BYTES = 4 * 1024 * 1024


@pytest.mark.parametrize("fault", PROVEN)
def test_every_row_of_the_table_has_its_test(fault: str) -> None:
    path, _, name = PROVEN[fault].partition("::")

    tree = ast.parse((TESTS / path).read_text())

    assert name in {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


@contextmanager
def no_room_on_disk() -> Iterator[None]:
    """The system refuses what this process writes beyond a few megabytes a file, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.db
@pytest.mark.prefect
@pytest.mark.engine_postgres
# Prefect leaves the sockets of its clients to the collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
async def test_table_that_a_full_disk_has_no_room_for_fails_alone(
    worker: Worker, shop: SourceDatabase, domain: Domain, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.run(
        "CREATE TABLE small (id int PRIMARY KEY)",
        "INSERT INTO small SELECT generate_series(1, 10)",
        "CREATE TABLE wide AS SELECT repeat(md5(n::text), 20) AS text FROM generate_series(1, 200000) n",
    )
    settings = shop.settings(secret="env:SHOP")
    named = {name: getattr(settings, name) for name in ("host", "port", "database", "username", "secret", "ssl_mode")}
    await add_connection(domain, actor, "svc", **named)
    await worker.run(RunType.SERVICE_INGESTION)
    monkeypatch.setenv("ASSAY_PROFILING_MEMORY_LIMIT_MB", "64")

    with no_room_on_disk():
        state, run = await worker.run(RunType.PROFILING, PUBLIC)

    items = await worker.items(run)
    assert (state.message, items["small"].status) == ("1 of 2 done, 1 failed.", ItemStatus.COMPLETED)
    told = items["wide"].error_message
    assert told
    # Whether the rows or what is computed from them fill the disk, the engine's buffers decide.
    assert told.startswith((f"{PUBLIC}.wide cannot be copied: ", f"{PUBLIC}.wide could not be measured: "))
    assert told.endswith(
        ": it needs more memory than profiling.memory_limit_mb allows, "
        "and the disk of the worker's temporary folder has no room for the rest."
    )
