"""What a test does to an installation's Prefect behind Assay's back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.e2e.installation import Installation

DEPLOYMENT = "/deployments/name/profile-database/default"


def prefect_api(installation: Installation) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{installation.prefect_port}/api", timeout=30)


@asynccontextmanager
async def unable_to_begin(installation: Installation) -> AsyncIterator[None]:
    """Meanwhile every process of a profiling run ends at once, before it knows what it is for."""
    async with prefect_api(installation) as prefect:
        deployment = (await prefect.get(DEPLOYMENT)).raise_for_status().json()
        path, variables = f"/deployments/{deployment['id']}", deployment["job_variables"]
        await _set(prefect, path, variables | {"command": "false"})
        try:
            yield
        finally:
            await _set(prefect, path, variables)


async def _set(prefect: httpx.AsyncClient, path: str, variables: dict[str, object]) -> None:
    (await prefect.patch(path, json={"job_variables": variables})).raise_for_status()


async def begun(installation: Installation, flow_run_id: str) -> int:
    """How often Prefect has begun the flow run."""
    async with prefect_api(installation) as prefect:
        return int((await prefect.get(f"/flow_runs/{flow_run_id}")).raise_for_status().json()["run_count"])
