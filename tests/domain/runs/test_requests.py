"""A run is stored with its event, once for each key, or not at all."""

import asyncio

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.errors import DomainError, Forbidden, Invalid, NotFound
from domain.fqn import Fqn
from domain.identity import Actor, Permission
from domain.runs.model import Approval, ApprovalStatus, RunRequest, RunStatus, RunType
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run

pytestmark = pytest.mark.db


@pytest.fixture
async def card(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> Fqn:
    """A table in the catalogue; the runs and events that put it there are forgotten."""
    await add_connection(domain, actor)
    (table,) = await add_tables(domain, actor, "card")
    await sql.execute("SET session_replication_role = replica")  # the trigger of audit_event stands in the way
    await sql.execute("TRUNCATE workflow_run, domain_event, audit_event CASCADE")
    await sql.execute("RESET session_replication_role")
    return table


async def written(sql: asyncpg.Connection) -> list[int]:
    counts = [
        await sql.fetchval(f"SELECT count(*) FROM {name}") for name in ("workflow_run", "domain_event", "audit_event")
    ]
    return [int(count) for count in counts]


async def test_a_requested_run_is_pending_and_waits_for_approval(domain: Domain, actor: Actor, card: Fqn) -> None:
    run = await request_run(domain, actor, RunType.PROFILING, card, parameters={"sample_size": 5})

    assert (run.status, run.targets, run.parameters) == (RunStatus.PENDING, (card,), {"sample_size": 5})
    assert (run.requested_by, run.connection_name, run.prefect_flow_run_id) == (actor.name, "bank", None)
    approvals = await domain.read.runs.approvals(actor.tenant, [run.id])
    assert approvals == {run.id: Approval(run.id, ApprovalStatus.PENDING, 1, None, None, None, auto_saved=False)}


async def test_a_run_that_only_measures_has_nothing_to_approve(domain: Domain, actor: Actor, card: Fqn) -> None:
    run = await request_run(domain, actor, RunType.DQ_ASSESSMENT, card)

    assert await domain.read.runs.approvals(actor.tenant, [run.id]) == {}


async def test_a_request_writes_one_run_one_event_and_one_audit_event(
    domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    await request_run(domain, actor, RunType.PROFILING, card)

    assert await written(sql) == [1, 1, 1]


REFUSED: list[tuple[str, str, list[str], type[DomainError], str]] = [
    ("database", "bank", ["bank.main"], Invalid, "is not a schema or a table"),
    ("service", "bank", ["bank"], Invalid, "is not a schema or a table"),
    ("other connection", "bank", ["shop.main.public.card"], Invalid, "does not belong to the connection bank"),
    ("unknown schema", "bank", ["bank.main.publik"], Invalid, "The catalogue has no table in bank.main.publik"),
    ("unknown table", "bank", ["bank.main.public.card", "bank.main.public.car"], Invalid, "bank.main.public.car"),
    ("unknown connection", "shop", ["shop.main.public.card"], NotFound, "There is no connection 'shop'"),
]


@pytest.mark.parametrize(("case", "connection", "targets", "error", "said"), REFUSED)
async def test_a_refused_request_writes_nothing(
    case: str,
    connection: str,
    targets: list[str],
    error: type[DomainError],
    said: str,
    domain: Domain,
    actor: Actor,
    card: Fqn,
    sql: asyncpg.Connection,
) -> None:
    request = RunRequest(RunType.PROFILING, connection, tuple(map(Fqn.parse, targets)), idempotency_key="key")

    with pytest.raises(error, match=said):
        await domain.runs.request(actor, request)

    assert await written(sql) == [0, 0, 0]


async def test_a_viewer_starts_nothing(domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection) -> None:
    viewer = Actor(actor.tenant, "vic", permissions=frozenset({Permission.READ}))

    with pytest.raises(Forbidden, match="vic may not do this: the right RUN"):
        await request_run(domain, viewer, RunType.PROFILING, card)

    assert await written(sql) == [0, 0, 0]


async def test_ten_requests_at_once_with_one_key_make_one_run_and_one_event(
    domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    request = RunRequest(RunType.PROFILING, "bank", (card,), idempotency_key="once")

    runs = await asyncio.gather(*(domain.runs.request(actor, request) for _ in range(10)))

    assert len({run.id for run in runs}) == 1
    assert await written(sql) == [1, 1, 1]


async def test_requests_without_a_key_are_runs_of_their_own(
    domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    for _ in range(2):
        await request_run(domain, actor, RunType.PROFILING, card)

    assert await written(sql) == [2, 2, 2]


async def test_a_key_belongs_to_its_project(
    domain: Domain, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    request = RunRequest(RunType.SERVICE_INGESTION, "bank", idempotency_key="same")
    for who in (actor, stranger):
        await add_connection(domain, who)

    first, second = [await domain.runs.request(who, request) for who in (actor, stranger)]

    assert first.id != second.id
    assert (first.tenant, second.tenant) == (actor.tenant, stranger.tenant)
