"""GraphQL over HTTP, graphql-transport-ws and graphql-sse as their specifications say, and hostile documents."""

import pytest

from tests.conformance.callers import Caller
from tests.conformance.streams import Streams
from tests.conformance.tools import Tools
from tests.e2e.installation import Installation

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("conformance"), pytest.mark.usefixtures("busy")]


@pytest.mark.parametrize(
    ("script", "checks"),
    [("audit.mjs", 88), ("ws-check.mjs", 35), ("sse-check.mjs", 9), ("abuse.mjs", 21)],
)
async def test_all_checks_pass(
    tools: Tools, served: Installation, streams: Streams, caller: Caller, script: str, checks: int
) -> None:
    report = await tools.check(script, served.url, streams.settings(caller))

    assert report.failed == []
    assert report.counts["pass"] == checks
