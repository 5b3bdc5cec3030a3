import httpx
import pytest
from pydantic import SecretStr

from api.events.hub import Hub
from api.services import Services
from domain.bootstrap import open_domain
from domain.settings import DatabaseSettings, Settings
from tests.api.conftest import serving

pytestmark = pytest.mark.db


async def test_process_and_database_are_well(http: httpx.AsyncClient) -> None:
    lives, ready = await http.get("/healthz"), await http.get("/readyz")

    assert (lives.status_code, lives.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "database": "answers"})


async def test_without_a_database_the_process_lives_but_is_not_ready() -> None:
    settings = Settings(database=DatabaseSettings(url=SecretStr("postgresql://nobody:hidden@127.0.0.1:9/none")))
    async with (
        open_domain(settings) as domain,
        serving(Services(settings, domain, Hub(domain))) as address,
        httpx.AsyncClient(base_url=address, timeout=20) as http,
    ):
        lives, ready = await http.get("/healthz"), await http.get("/readyz")

    assert lives.status_code == 200
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "database": "does not answer"})


async def test_request_id_of_the_caller_comes_back_and_a_strange_one_is_replaced(http: httpx.AsyncClient) -> None:
    given = await http.get("/healthz", headers={"X-Request-ID": "trace-7"})
    strange = await http.get("/healthz", headers={"X-Request-ID": "no good"})

    assert given.headers["x-request-id"] == "trace-7"
    assert len(strange.headers["x-request-id"]) == 32
