"""The clients of docs/clients do what they say."""

import sys
from collections.abc import Callable, Sequence

import pytest

from tests.e2e.client import GraphQL
from tests.e2e.clients import CLIENTS, expected, run_client
from tests.e2e.installation import Installation
from tests.programs import program

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("demo_output")]


def python(name: str) -> Sequence[str]:
    return sys.executable, "-W", "error", str(CLIENTS / name)


def shell() -> Sequence[str]:
    for name in ("curl", "jq"):
        program(name, package=name, purpose="which the client for the shell needs")
    return (str(CLIENTS / "client.sh"),)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(lambda: python("httpx_client.py"), id="httpx"),
        pytest.param(lambda: python("gql_client.py"), id="gql"),
        pytest.param(shell, id="shell"),
    ],
)
async def test_client_lists_violations_follows_a_run_and_reads_the_score(
    installation: Installation, api: GraphQL, command: Callable[[], Sequence[str]]
) -> None:
    told = run_client(installation.url, *command())

    assert sorted(told) == await expected(api)
    assert [line for line in told if line.startswith("run ")] == ["run RUNNING", "run COMPLETED"]
    assert told[-1].startswith("scorecard ")
