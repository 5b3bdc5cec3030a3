"""Who may not be told any more is not: sockets and event streams end when their token does."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.services import Services
from domain.access.model import Role
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.members.model import Grant
from domain.rules.model import Severity
from domain.runs.model import RunRequest, RunType
from domain.settings import AuthSettings
from domain.violations.filters import ViolationFilter
from domain.violations.model import ViolationUpdate
from tests.api.access.operations import STREAMS
from tests.api.conftest import serving
from tests.domain.tenancy.house import House, build
from tests.e2e.client import NO_TLS
from tests.factories.assets import PUBLIC
from tests.factories.scenes import CARD
from tests.fakes.identity_provider import AUDIENCE, IdentityProvider, identity_provider
from tests.waiting import eventually

pytestmark = pytest.mark.db

PROTOCOL = [Subprotocol("graphql-transport-ws")]
BOUND_SECONDS = 20
EVENTS = {"query": "subscription { events { type } }"}
RECHECK = 0.05
BEGIN_AT_ONCE = {"scorecardChanged", "workflowRunEvents"}
"""They begin with how things are."""
NOTHING = ({"__typename": "NotFound"}, {"scorecard": {"state": "NOT_ASSESSED"}})


@pytest.fixture
async def production(services: Services) -> AsyncIterator[str]:
    """The address of a server that asks twenty times a second whether tokens are still good."""
    auth = AuthSettings(recheck_seconds=RECHECK)
    settings = services.settings.model_copy(update={"mode": "production", "auth": auth})
    async with serving(Services(settings, services.domain, services.hub)) as address:
        yield address


@asynccontextmanager
async def following(address: str, token: str, payload: object) -> AsyncIterator[ClientConnection]:
    async with connect(f"{address.replace('http', 'ws')}/graphql", subprotocols=PROTOCOL) as ws:
        await ws.send(json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}))
        assert json.loads(await ws.recv())["type"] == "connection_ack"
        await ws.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        yield ws


async def rest_of(ws: ClientConnection) -> list[str | bytes]:
    """All that is told until the server closes the socket."""
    messages: list[str | bytes] = []
    async with asyncio.timeout(BOUND_SECONDS):
        with suppress(ConnectionClosed):
            async for message in ws:
                messages.append(message)  # noqa: PERF401 - what came before the end is wanted
    return messages


async def end_of(ws: ClientConnection) -> int | None:
    """The code with which the server closes the socket."""
    await rest_of(ws)
    return ws.close_code


async def token_of(domain: Domain, actor: Actor, grant: Grant, lives: timedelta | None = None) -> str:
    return (await domain.tokens.create(actor, "follower", grant, lives)).text.text


async def test_a_revoked_token_closes_its_sockets(production: str, domain: Domain, actor: Actor) -> None:
    token = await token_of(domain, actor, Grant(Role.VIEWER))
    async with following(production, token, EVENTS) as ws:
        await domain.tokens.revoke(actor, "follower")

        assert await end_of(ws) == 4403


async def test_an_expired_token_closes_its_sockets(production: str, domain: Domain, actor: Actor) -> None:
    token = await token_of(domain, actor, Grant(Role.VIEWER), timedelta(seconds=1))
    async with following(production, token, EVENTS) as ws:
        assert await end_of(ws) == 4403


async def test_a_revoked_token_ends_its_event_streams(production: str, domain: Domain, actor: Actor) -> None:
    token = await token_of(domain, actor, Grant(Role.VIEWER))
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(base_url=production, timeout=BOUND_SECONDS, verify=NO_TLS) as http,
        http.stream("POST", "/graphql", json=EVENTS, headers=headers) as stream,
    ):
        assert stream.status_code == 200
        await domain.tokens.revoke(actor, "follower")
        told = [line async for line in stream.aiter_lines()]

    assert "event: complete" not in told


async def test_who_has_less_rights_than_before_signs_in_anew(services: Services, domain: Domain, actor: Actor) -> None:
    with identity_provider() as issuer:
        async with serving_people(services, issuer) as address:
            await domain.members.grant(actor, "u-1", Grant(Role.OWNER))
            async with following(address, issuer.token(), EVENTS) as ws:
                await domain.members.grant(actor, "u-1", Grant(Role.OWNER, (CARD,)))

                assert await end_of(ws) == 4403


@asynccontextmanager
async def serving_people(services: Services, issuer: IdentityProvider) -> AsyncIterator[str]:
    auth = AuthSettings(oidc_issuer=issuer.issuer, oidc_audience=AUDIENCE, recheck_seconds=RECHECK)
    settings = services.settings.model_copy(update={"mode": "production", "auth": auth})
    async with serving(Services(settings, services.domain, services.hub)) as address:
        yield address


@pytest.fixture
async def house(domain: Domain, actor: Actor) -> House:
    return await build(domain, actor)


@pytest.mark.parametrize("role", Role)
async def test_each_role_is_told_everything(
    role: Role, production: str, house: House, services: Services, actor: Actor
) -> None:
    told = await told_while_working(production, house, services, actor, (actor, Grant(role)), at_least=STREAMS)

    assert told == STREAMS.keys()


@pytest.mark.parametrize(("scope", "is_told"), [(CARD, True), (PUBLIC.child("car"), False)])
async def test_streams_tell_of_what_is_granted_and_of_nothing_else(
    scope: Fqn, is_told: bool, production: str, house: House, services: Services, actor: Actor
) -> None:
    expected = STREAMS.keys() if is_told else set()
    granted = (actor, Grant(Role.VIEWER, (scope,)))

    assert await told_while_working(production, house, services, actor, granted, at_least=expected) == expected


async def test_another_tenant_is_told_nothing(
    production: str, house: House, services: Services, actor: Actor, stranger: Actor
) -> None:
    granted = (stranger, Grant(Role.OWNER))

    assert await told_while_working(production, house, services, actor, granted, at_least=()) == set()


async def told_while_working(
    address: str,
    house: House,
    services: Services,
    actor: Actor,
    granted: tuple[Actor, Grant],
    *,
    at_least: Collection[str],
) -> set[str]:
    """Which of all subscriptions tell somebody of the house while there is work in it, by what was granted by whom.

    Those of `at_least` are heard first; then the token is revoked, so that the others have nothing more to wait for.
    """
    token = await token_of(house.domain, *granted)
    sockets: dict[str, ClientConnection] = {}
    messages: dict[str, list[str | bytes]] = {}
    async with AsyncExitStack() as stack:
        for name, stream in STREAMS.items():
            payload = {"query": stream.document, "variables": dict(stream.variables(house))}
            sockets[name] = await stack.enter_async_context(following(address, token, payload))
            messages[name] = [await sockets[name].recv()] if name in BEGIN_AT_ONCE else [await pong_of(sockets[name])]
        await work_on_the_card(house, actor, services)
        for name in set(at_least) - BEGIN_AT_ONCE:
            messages[name].append(await sockets[name].recv())
        await house.domain.tokens.revoke(granted[0], "follower")
        for name, ws in sockets.items():
            messages[name] += await rest_of(ws)
    return {name for name, told in messages.items() if any(map(tells, told))}


async def pong_of(ws: ClientConnection) -> str | bytes:
    """A server that answers has begun what it was asked for before."""
    await ws.send(json.dumps({"type": "ping"}))
    return await ws.recv()


def tells(text: str | bytes) -> bool:
    message = json.loads(text)
    return message["type"] == "next" and message["payload"]["data"]["told"] not in NOTHING


async def work_on_the_card(house: House, actor: Actor, services: Services) -> None:
    """Violations that change and a run that is asked for; the server has been told of both."""
    await house.domain.violations.update_matching(
        actor, CARD, ViolationFilter(), ViolationUpdate(severity=Severity.CRITICAL)
    )
    await house.domain.runs.request(actor, RunRequest(RunType.PROFILING, "bank", (CARD,)))

    async def is_known() -> bool:
        await house.domain.delivery.number()
        return services.hub.position >= await house.domain.feed.last_sequence()

    await eventually(is_known)
