from collections.abc import AsyncIterator

import pytest

from tests.background import beside
from tests.conformance.streams import Streams, keep_events_coming, make_streams
from tests.conformance.tools import Tools, make_tools
from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    return make_tools(tmp_path_factory.mktemp("graphql"))


@pytest.fixture(scope="session")
def served(tools: Tools, demo_output: str, installation: Installation) -> Installation:
    """An installation as it ships, after the main job on the sample bank: runs, scores and violations are there.

    Without the tools there is nothing to start it for, so they come first.
    """
    del tools, demo_output
    return installation


@pytest.fixture(scope="session")
async def api(served: Installation) -> AsyncIterator[GraphQL]:
    client = GraphQL(served.url)
    yield client
    await client.close()


@pytest.fixture(scope="session")
async def streams(api: GraphQL) -> Streams:
    return await make_streams(api)


@pytest.fixture(scope="module")
async def busy(api: GraphQL) -> AsyncIterator[None]:
    async with beside(keep_events_coming(api)):
        yield
