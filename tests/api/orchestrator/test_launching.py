"""How our runs are called in Prefect, and what its refusals mean to us."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL, temporary_settings

from api.orchestrator.client import prefect
from api.orchestrator.launcher import Launcher
from api.orchestrator.names import deployment_of, name_of, tags_of
from api.orchestrator.watcher import STATUS
from domain.connections.model import ConnectionId
from domain.errors import Conflict, DomainError, Unavailable
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId, Tenant
from domain.runs.model import Progress, RunId, RunStatus, RunType, WorkflowRun

NOBODY_LISTENS = "http://127.0.0.1:9/api"
PUBLIC = Fqn.parse("bank.main.public")
CARD, ACCOUNT = PUBLIC.child("card"), PUBLIC.child("account")
RUN = WorkflowRun(
    id=RunId(new_id()),
    tenant=Tenant(OrganizationId(new_id()), ProjectId(new_id())),
    type=RunType.PROFILING,
    connection_id=ConnectionId(new_id()),
    connection_name="bank",
    targets=(CARD,),
    parameters={},
    status=RunStatus.PENDING,
    state_at=datetime(2026, 3, 1, tzinfo=UTC),
    save_all=False,
    requested_by="ada",
    parent_id=None,
    prefect_flow_run_id=None,
    progress=Progress(0, 0, 0),
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
    waiting_since=None,
    started_at=None,
    completed_at=None,
    heartbeat_at=None,
    error_code=None,
    error_message=None,
    output={},
)


@pytest.mark.parametrize(
    ("run_type", "deployment"),
    [
        (RunType.SERVICE_INGESTION, "ingest-service/default"),
        (RunType.PROFILING, "profile-database/default"),
        (RunType.METADATA_ENRICHMENT, "enrich-metadata/default"),
        (RunType.DQ_RULE_GENERATION, "generate-dq-rules/default"),
        (RunType.DQ_EXECUTION, "execute-dq-rules/default"),
        (RunType.METADATA_ASSESSMENT, "assess-metadata/default"),
        (RunType.DQ_ASSESSMENT, "assess-dq/default"),
        (RunType.RUN_ALL, "run-all/default"),
    ],
)
def test_every_type_has_its_flow(run_type: RunType, deployment: str) -> None:
    assert deployment_of(run_type) == deployment


def test_a_flow_run_says_what_it_is_about() -> None:
    assert name_of(RUN, 1) == "profiling bank.public.card · 1 table"
    assert name_of(replace(RUN, targets=(CARD, ACCOUNT)), 2) == "profiling bank.public.card and 1 more · 2 tables"
    assert name_of(replace(RUN, targets=(PUBLIC,)), 1200) == "profiling bank.public · 1,200 tables"
    assert name_of(replace(RUN, type=RunType.SERVICE_INGESTION, targets=()), 0) == "service-ingestion bank"
    assert tags_of(RUN) == ["assay", "profiling", "connection:bank"]


def test_every_state_of_prefect_has_a_status_of_ours() -> None:
    assert set(STATUS.values()) == set(RunStatus)


def answered(status: int) -> PrefectHTTPStatusError:
    request = httpx.Request("POST", NOBODY_LISTENS)
    return PrefectHTTPStatusError("no", request=request, response=httpx.Response(status, request=request))


@pytest.mark.parametrize(
    ("trouble", "meaning"),
    [
        (answered(409), Conflict),
        (answered(422), Conflict),
        (answered(408), Unavailable),
        (answered(429), Unavailable),
        (answered(503), Unavailable),
        (ObjectNotFound(httpx.HTTPError("404")), Unavailable),
        (httpx.ConnectError("refused"), Unavailable),
        (ConnectionResetError(), Unavailable),
    ],
)
async def test_a_refusal_for_good_is_told_from_one_for_the_moment(
    trouble: Exception, meaning: type[DomainError]
) -> None:
    async def meeting() -> None:
        async with prefect():
            raise trouble

    with temporary_settings({PREFECT_API_URL: NOBODY_LISTENS}), pytest.raises(meaning):
        await meeting()


async def test_prefect_being_away_is_said_without_an_address() -> None:
    with (
        temporary_settings({PREFECT_API_URL: NOBODY_LISTENS}),
        pytest.raises(Unavailable, match="Prefect cannot be reached") as away,
    ):
        await Launcher().start(RUN, tables=1)

    assert "127.0.0.1" not in away.value.message
