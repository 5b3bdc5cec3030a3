"""How our server speaks to Prefect, and what Prefect's refusals mean to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from domain.errors import Conflict, Unavailable

CLIENT_ERROR, SERVER_ERROR = 400, 500
NOT_NOW = frozenset({408, 425, 429})
"""Refusals that are none: too slow, too early, too often."""


@asynccontextmanager
async def prefect() -> AsyncIterator[PrefectClient]:
    """A client for a few calls; Prefect being away becomes `Unavailable`, a refusal for good becomes `Conflict`."""
    try:
        async with get_client() as client:
            yield client
    except ObjectNotFound as error:
        raise Unavailable("Prefect does not know the deployment or run yet; are the flows deployed?") from error
    except PrefectHTTPStatusError as error:
        status = error.response.status_code
        if CLIENT_ERROR <= status < SERVER_ERROR and status not in NOT_NOW:
            raise Conflict(f"Prefect refuses the run (HTTP {status}).") from error
        raise Unavailable(f"Prefect cannot answer now (HTTP {status}).") from error
    except (httpx.HTTPError, OSError, RuntimeError) as error:
        raise Unavailable(f"Prefect cannot be reached ({type(error).__name__}).") from error
