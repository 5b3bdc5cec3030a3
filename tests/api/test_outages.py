"""What clients are told while the database is away, full or slow, and that nothing is lost when it is well again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from api.events.hub import Hub
from api.events.relay import Relay
from api.services import Services
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.throwaway import DATABASE, throwaway_postgres
from domain.bootstrap import open_domain
from domain.migrations.runner import migrate
from tests.api.conftest import serving
from tests.api.graphql.untouched import nothing_written
from tests.background import beside
from tests.e2e.client import GraphQL
from tests.fakes.orchestrator import FakeOrchestrator
from tests.fixtures.database import settings_for
from tests.waiting import eventually

pytestmark = pytest.mark.db

DEFINE = """mutation ($input: UpsertGlossaryTermInput!) { upsertGlossaryTerm(input: $input) { __typename
  ... on ServiceUnavailable { code message retryAfterSeconds } } }"""
LIST = "{ glossaryTerms { edges { node { name } } } viewer { name } }"
FOLLOW = "subscription { events(types: [GLOSSARY_CHANGED]) { cursor payload } }"
FULL = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file "base/1/2"' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON domain_event FOR EACH ROW EXECUTE FUNCTION refuse();
"""
ROOM_AGAIN = "DROP TRIGGER refuse ON domain_event; DROP FUNCTION refuse"


def term(name: str) -> dict[str, Any]:
    return {"name": name, "definition": "A word."}


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of this test alone: the others' connections must not notice."""
    with throwaway_postgres() as server:
        yield server


@pytest.fixture
async def frail(server: EmbeddedPostgres) -> AsyncIterator[GraphQL]:
    """An API whose database can be stopped."""
    settings = settings_for(server.address.dsn(DATABASE)).model_copy(update={"mode": "development"})
    await asyncio.to_thread(migrate, settings)
    async with open_domain(settings) as domain:
        await domain.access.ensure_default_project()
        hub = Hub(domain)
        async with (
            beside(hub.run(), Relay(domain, FakeOrchestrator()).run()),
            serving(Services(settings, domain, hub)) as address,
        ):
            client = GraphQL(f"{address}/graphql")
            yield client
            await client.close()


async def answer(api: GraphQL, query: str, **variables: Any) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=60) as http:
        return dict((await http.post(api.url, json={"query": query, "variables": variables})).json())


async def test_a_database_that_goes_away_is_told_and_no_event_is_lost_when_it_is_back(
    server: EmbeddedPostgres, frail: GraphQL
) -> None:
    async with frail.subscribed(FOLLOW) as told:
        assert await frail.do(DEFINE, input=term("before")) == {"__typename": "UpsertGlossaryTermSuccess"}
        first = (await anext(told))["payload"]

        await asyncio.to_thread(server.stop)
        read, written = await answer(frail, LIST), await answer(frail, DEFINE, input=term("lost"))
        await asyncio.to_thread(server.start)

        async def is_back() -> bool:
            return "errors" not in await answer(frail, LIST)

        await eventually(is_back)
        await frail.do(DEFINE, input=term("after"))
        second = (await anext(told))["payload"]

    assert first["term_id"] != second["term_id"]
    (error,) = read["errors"]
    assert (read["data"]["glossaryTerms"], read["data"]["viewer"]) == (None, {"name": "developer"})
    assert error["extensions"] == {"code": "SERVICE_UNAVAILABLE", "retryAfterSeconds": 5}
    assert written["data"]["upsertGlossaryTerm"] == {
        "__typename": "ServiceUnavailable",
        "code": "SERVICE_UNAVAILABLE",
        "message": "The database does not answer. Try again in a few seconds.",
        "retryAfterSeconds": 5,
    }
    for leaked in ("SELECT", "INSERT", "postgres", "asyncpg", str(server.address.port)):
        assert leaked not in f"{read}{written}"


async def test_a_full_disk_is_told_and_nothing_is_half_written(api: GraphQL, sql: asyncpg.Connection) -> None:
    await sql.execute(FULL)
    try:
        async with nothing_written(sql):
            refused = await api.do(DEFINE, input=term("too much"))
    finally:
        await sql.execute(ROOM_AGAIN)

    assert refused == {
        "__typename": "ServiceUnavailable",
        "code": "SERVICE_UNAVAILABLE",
        "message": "The database has no room for this; its operator has to make some.",
        "retryAfterSeconds": 60,
    }
    assert await api.do(DEFINE, input=term("enough room")) == {"__typename": "UpsertGlossaryTermSuccess"}


async def test_a_change_that_the_database_is_too_slow_for_is_told_and_taken_back(
    services: Services, sql: asyncpg.Connection
) -> None:
    hasty = services.settings.api.model_copy(update={"operation_timeout_seconds": 0.5})
    settings = services.settings.model_copy(update={"api": hasty})
    async with serving(Services(settings, services.domain, services.hub)) as address:
        api = GraphQL(f"{address}/graphql")
        async with nothing_written(sql), sql.transaction():
            await sql.execute("LOCK TABLE domain_event IN EXCLUSIVE MODE")
            slow = await answer(api, DEFINE, input=term("late"))
        quick = await api.do(DEFINE, input=term("in time"))
        await api.close()

    assert [error["extensions"]["code"] for error in slow["errors"]] == ["TIMEOUT"]
    assert quick == {"__typename": "UpsertGlossaryTermSuccess"}
