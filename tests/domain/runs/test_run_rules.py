"""What a run may be asked, which reported state counts, and what approving does with a change: pure rules."""

from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Invalid, UnsupportedTargetLevel
from domain.fqn import Fqn
from domain.runs.model import (
    RunRequest,
    RunState,
    RunStatus,
    RunType,
    accepts,
    check_targets,
    covering,
    parameters_for,
)
from tests.fakes.clock import NOON

BANK = Fqn.of("bank")
ON_TABLES = sorted(set(RunType) - {RunType.SERVICE_INGESTION, RunType.CONNECTION_CHECK})
LATER, EARLIER = NOON + timedelta(microseconds=1), NOON - timedelta(microseconds=1)


def check(run_type: RunType, *targets: str) -> None:
    check_targets(RunRequest(run_type, "bank", tuple(map(Fqn.parse, targets))), BANK)


@pytest.mark.parametrize("run_type", ON_TABLES)
@pytest.mark.parametrize("target", ["bank", "bank.main", "bank.main.public.card.amount"])
def test_only_schemas_and_tables_are_targets(run_type: RunType, target: str) -> None:
    with pytest.raises(UnsupportedTargetLevel, match="is not a schema or a table") as refused:
        check(run_type, "bank.main.public.card", target)

    assert refused.value.target == target
    assert refused.value.problems[0].path == "targets"


@pytest.mark.parametrize("run_type", ON_TABLES)
def test_schemas_and_tables_of_the_connection_are_accepted(run_type: RunType) -> None:
    check(run_type, "bank.main.public", "bank.main.audit.entry")


def test_a_target_of_another_connection_is_refused() -> None:
    with pytest.raises(Invalid, match=r"bank2\.main\.public does not belong to the connection bank"):
        check(RunType.PROFILING, "bank2.main.public")


@pytest.mark.parametrize("run_type", ON_TABLES)
def test_a_run_on_tables_needs_a_target(run_type: RunType) -> None:
    with pytest.raises(Invalid, match="at least one schema or table"):
        check(run_type)


@pytest.mark.parametrize("run_type", [RunType.SERVICE_INGESTION, RunType.CONNECTION_CHECK])
def test_a_run_on_a_source_takes_no_targets(run_type: RunType) -> None:
    check(run_type)
    with pytest.raises(Invalid, match="takes no targets"):
        check(run_type, "bank.main.public")


WRONG_PARAMETERS: list[tuple[RunType, dict[str, Any], str, str]] = [
    (RunType.PROFILING, {"include": ["pii"]}, "parameters", "has no parameter include"),
    (RunType.DQ_ASSESSMENT, {"sample_size": 1}, "parameters", "has no parameter sample_size"),
    (RunType.PROFILING, {"sample_size": 0}, "sampling.sample_size", "at least 1"),
    (RunType.PROFILING, {"sample_size": "many"}, "sampling.sample_size", "number of rows"),
    (RunType.PROFILING, {"sample_threshold": True}, "sampling.sample_threshold", "number of rows"),
    (RunType.PROFILING, {"seed": "x"}, "sampling.seed", "whole number"),
    (RunType.METADATA_ENRICHMENT, {"include": ["secrets"]}, "include", "descriptions, pii"),
    (RunType.METADATA_ENRICHMENT, {"include": "pii"}, "include", "is a list of"),
    (RunType.METADATA_ENRICHMENT, {"include": [{}]}, "include", "is a list of"),
    (RunType.SERVICE_INGESTION, {"schemas": "public"}, "schemas", "is a list of names"),
    (RunType.SERVICE_INGESTION, {"schemas": [""]}, "schemas", "is a list of names"),
]


@pytest.mark.parametrize(("run_type", "parameters", "field", "said"), WRONG_PARAMETERS)
def test_parameters_that_the_type_does_not_know_are_refused(
    run_type: RunType, parameters: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        RunRequest(run_type, "bank", parameters=parameters)

    assert refused.value.problems[0].path == field


def test_parameters_that_the_type_knows_are_accepted() -> None:
    sampling = {"sample_threshold": 10, "sample_size": 5, "seed": 0}

    RunRequest(RunType.PROFILING, "bank", parameters=sampling)
    RunRequest(RunType.METADATA_ENRICHMENT, "bank", parameters={"include": ["pii", "dq-tags"]})
    RunRequest(RunType.SERVICE_INGESTION, "bank", parameters={"schemas": ["public"]})
    RunRequest(RunType.RUN_ALL, "bank", parameters={**sampling, "include": ()})


def test_a_step_of_a_chain_gets_the_parameters_that_it_understands() -> None:
    parameters = {"sample_size": 5, "include": ["pii"]}

    assert parameters_for(RunType.PROFILING, parameters) == {"sample_size": 5}
    assert parameters_for(RunType.METADATA_ENRICHMENT, parameters) == {"include": ["pii"]}
    assert parameters_for(RunType.DQ_ASSESSMENT, parameters) == {}


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_an_idempotency_key_has_1_to_200_characters(key: str) -> None:
    RunRequest(RunType.SERVICE_INGESTION, "bank", idempotency_key="k" * 200)
    with pytest.raises(Invalid, match="1 to 200 characters"):
        RunRequest(RunType.SERVICE_INGESTION, "bank", idempotency_key=key)


def test_a_run_has_at_most_a_thousand_targets() -> None:
    targets = tuple(BANK.child("main").child(f"s{number}") for number in range(1001))

    RunRequest(RunType.PROFILING, "bank", targets[:1000])
    with pytest.raises(Invalid, match="at most 1,000 targets"):
        RunRequest(RunType.PROFILING, "bank", targets)


def test_only_what_waits_for_approval_can_be_saved_by_itself() -> None:
    RunRequest(RunType.PROFILING, "bank", save_all=True)
    with pytest.raises(Invalid, match="A dq-assessment run has nothing to save"):
        RunRequest(RunType.DQ_ASSESSMENT, "bank", save_all=True)


REPORTED = [
    ("newer", RunStatus.RUNNING, RunStatus.COMPLETED, LATER, True),
    ("newer repetition of a live state", RunStatus.RUNNING, RunStatus.RUNNING, LATER, True),
    ("same moment", RunStatus.PENDING, RunStatus.RUNNING, NOON, False),
    ("late", RunStatus.COMPLETED, RunStatus.RUNNING, EARLIER, False),
    ("repeated end", RunStatus.COMPLETED, RunStatus.COMPLETED, LATER, False),
    ("tried again after failure", RunStatus.FAILED, RunStatus.RUNNING, LATER, True),
    ("tried again after success", RunStatus.COMPLETED, RunStatus.PENDING, LATER, True),
    ("crash seen after the end", RunStatus.FAILED, RunStatus.CRASHED, LATER, True),
]


@pytest.mark.parametrize(("case", "current", "status", "at", "accepted"), REPORTED)
def test_a_reported_state_counts_when_it_is_newer(
    case: str, current: RunStatus, status: RunStatus, at: Any, accepted: bool
) -> None:
    assert accepts(current, NOON, RunState(status, at)) is accepted


def test_covering_keeps_the_widest_of_overlapping_targets() -> None:
    targets = ["bank.main.public.card", "bank.main.public", "bank.main.audit.entry", "bank.main.audit.entry"]

    assert [str(fqn) for fqn in covering([*map(Fqn.parse, targets)])] == ["bank.main.audit.entry", "bank.main.public"]
