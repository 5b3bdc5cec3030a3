"""A server with other limits than the usual ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from api.services import Services
from domain.settings import ApiSettings
from tests.api.conftest import serving
from tests.e2e.client import NO_TLS


@asynccontextmanager
async def limited(services: Services, **limits: Any) -> AsyncIterator[httpx.AsyncClient]:
    settings = services.settings.model_copy(update={"api": ApiSettings(**limits)})
    async with (
        serving(Services(settings, services.domain, services.hub)) as address,
        httpx.AsyncClient(base_url=address, timeout=20, verify=NO_TLS) as http,
    ):
        yield http


def codes(reply: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in reply.json()["errors"]]
