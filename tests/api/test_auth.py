import json
from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from api.auth import Credentials, check_loopback, open_gate
from api.services import Services
from domain.access.model import Role
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.members.model import Grant
from domain.settings import Settings, SettingsError
from tests.api.conftest import serving

PROTOCOL = [Subprotocol("graphql-transport-ws")]
UNKNOWN = f"assay_0123abcd_{'A' * 43}"
VIEWER = {"query": "{ viewer { name projectId permissions scopes banner } }"}


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_development_mode_may_bind_to_this_machine(bind: str) -> None:
    check_loopback(Settings(bind=bind, mode="development"))


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "10.0.0.1", "assay.example"])
def test_development_mode_refuses_to_be_reached_from_elsewhere(bind: str) -> None:
    with pytest.raises(SettingsError, match=f"bind: {bind} can be reached"):
        check_loopback(Settings(bind=bind, mode="development"))


@pytest.mark.parametrize(
    ("sources", "token", "project"),
    [
        ([{"Authorization": "Bearer abc", "X-Project-ID": "bank"}], "abc", "bank"),
        ([{"authorization": "bearer abc"}], "abc", None),
        ([{"authorization": "Basic abc"}], None, None),
        ([{"authorization": "Bearer "}], None, None),
        ([{"authorization": "Bearer old", "x-project-id": "a"}, {"Authorization": "Bearer new"}], "new", "a"),
    ],
)
def test_credentials_are_read_from_headers_and_connection_init(
    sources: list[dict[str, object]], token: str | None, project: str | None
) -> None:
    assert Credentials.of(*sources) == Credentials(token, project)


@pytest.mark.db
async def test_development_mode_signs_in_an_administrator_of_the_default_project(
    http: httpx.AsyncClient, actor: Actor
) -> None:
    viewer = (await http.post("/graphql", json=VIEWER)).json()["data"]["viewer"]

    assert viewer["name"] == "developer"
    assert viewer["projectId"] == str(actor.tenant.project_id)
    assert viewer["permissions"] == ["READ", "READ_ROWS", "RUN", "WRITE", "APPROVE", "ADMINISTER"]
    assert viewer["scopes"] is None
    assert viewer["banner"].startswith("Development mode")


@pytest.mark.db
async def test_development_mode_warns_in_the_log(services: Services) -> None:
    with capture_logs() as lines:
        open_gate(services.settings, services.domain)

    assert [(line["log_level"], line["event"]) for line in lines] == [("warning", "auth.development_mode")]


@pytest.mark.db
async def test_project_is_chosen_by_name_or_id(http: httpx.AsyncClient, stranger: Actor) -> None:
    project = str(stranger.tenant.project_id)
    for chosen in ("elsewhere", project):
        reply = await http.post("/graphql", json=VIEWER, headers={"X-Project-ID": chosen})
        assert reply.json()["data"]["viewer"]["projectId"] == project


@pytest.mark.db
async def test_unknown_project_is_not_found(http: httpx.AsyncClient) -> None:
    reply = await http.post("/graphql", json=VIEWER, headers={"X-Project-ID": "nowhere"})

    assert reply.status_code == 404
    assert reply.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


@pytest.fixture
async def production(services: Services) -> AsyncIterator[str]:
    """The address of a server that lets nobody in without a token."""
    settings = services.settings.model_copy(update={"mode": "production"})
    async with serving(Services(settings, services.domain, services.hub)) as address:
        yield address


@pytest.fixture
async def token(domain: Domain, actor: Actor) -> str:
    grant = Grant(Role.OPERATOR, (Fqn.parse("bank.main"),))
    return (await domain.tokens.create(actor, "nightly", grant, None)).text.text


@pytest.mark.db
@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer made-up"}, {"Authorization": f"Bearer {UNKNOWN}"}])
async def test_production_mode_refuses_whoever_shows_no_good_token(production: str, shown: dict[str, str]) -> None:
    async with httpx.AsyncClient() as http:
        reply = await http.post(f"{production}/graphql", json=VIEWER, headers=shown)

    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert "data" not in reply.json()


@pytest.mark.db
async def test_production_mode_shows_no_page(production: str) -> None:
    async with httpx.AsyncClient() as http:
        page = await http.get(f"{production}/graphql", headers={"Accept": "text/html"})

    assert (page.status_code, page.headers["allow"]) == (405, "POST")


@pytest.mark.db
async def test_a_service_token_signs_in_to_its_own_project(
    production: str, token: str, actor: Actor, stranger: Actor
) -> None:
    project = str(actor.tenant.project_id)
    bearer = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient() as http:
        for chosen in ({}, {"X-Project-ID": "default"}, {"X-Project-ID": project}):
            reply = await http.post(f"{production}/graphql", json=VIEWER, headers=bearer | chosen)
            assert reply.json()["data"]["viewer"] == {
                "name": "token:nightly",
                "projectId": project,
                "permissions": ["READ", "RUN"],
                "scopes": ["bank.main"],
                "banner": None,
            }
        for other in ("elsewhere", str(stranger.tenant.project_id), "nowhere"):
            refused = await http.post(f"{production}/graphql", json=VIEWER, headers=bearer | {"X-Project-ID": other})
            assert refused.status_code == 404
            assert refused.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


@pytest.mark.db
async def test_a_revoked_token_is_refused_from_the_next_request_on(
    production: str, token: str, domain: Domain, actor: Actor
) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
        before = await http.post(f"{production}/graphql", json=VIEWER)
        await domain.tokens.revoke(actor, "nightly")
        after = await http.post(f"{production}/graphql", json=VIEWER)

    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.db
@pytest.mark.parametrize("payload", [{}, {"Authorization": f"Bearer {UNKNOWN}"}])
async def test_production_mode_closes_sockets_before_any_operation(production: str, payload: dict[str, str]) -> None:
    async with connect(f"{production.replace('http', 'ws')}/graphql", subprotocols=PROTOCOL) as ws:
        await ws.send(json.dumps({"type": "connection_init", "payload": payload}))
        await ws.send(json.dumps({"type": "subscribe", "id": "1", "payload": VIEWER}))
        with pytest.raises(ConnectionClosedError) as closed:
            await ws.recv()

    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4403


@pytest.mark.db
async def test_page_under_another_name_is_not_served_in_development(http: httpx.AsyncClient) -> None:
    reply = await http.post("/graphql", json=VIEWER, headers={"Host": "evil.example"})

    assert reply.status_code == 400
