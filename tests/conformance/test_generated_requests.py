"""Requests that Schemathesis makes up from the schema, right ones and wrong ones, in production mode."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from api.graphql.codes import ErrorCode
from domain.access.model import PERMISSIONS
from tests.conformance.callers import CALLERS, Caller
from tests.conformance.known import KNOWN, known_to
from tests.conformance.tools import Tools
from tests.e2e.client import NO_TLS, GraphQL
from tests.e2e.installation import PROJECT, Installation

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.spoils]

SEEDS = (1, 2, 3)
RIGHTS = "{ viewer { permissions } }"
FAULTS_OF_THE_SERVER = {ErrorCode.INTERNAL, ErrorCode.TIMEOUT, ErrorCode.SERVICE_UNAVAILABLE}
VALUES = Path(__file__).with_name("generated_values.py")


@pytest.fixture(scope="module")
async def environment(tools: Tools, api: GraphQL) -> dict[str, str]:
    (tools.folder / "schemathesis.toml").write_text(f"hooks = {json.dumps(str(VALUES))}\n")
    commands = Path(sys.executable).parent
    return {
        KNOWN: json.dumps(await known_to(api)),
        "GQL_CLIENT_CODES": ",".join(code.name for code in ErrorCode if code not in FAULTS_OF_THE_SERVER),
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
    }


@pytest.fixture(scope="module")
def production(served: Installation, environment: Mapping[str, str]) -> Installation:
    """The same installation, which now wants to know who asks; what it holds was looked at before.

    It stays so, and what was made up stays in it: nothing comes after this module.
    """
    del environment
    served.restart(ASSAY_MODE="production")
    return served


@pytest.fixture(scope="module", params=CALLERS, ids=lambda caller: caller.name)
def caller(request: pytest.FixtureRequest) -> Caller:
    chosen: Caller = request.param
    return chosen


@pytest.fixture(scope="module")
def headers(caller: Caller, production: Installation) -> dict[str, str]:
    return caller.headers(production)


def test_caller_is_taken_for_who_it_is(production: Installation, caller: Caller, headers: dict[str, str]) -> None:
    told = httpx.post(production.url, json={"query": RIGHTS}, headers=headers, verify=NO_TLS)

    if caller.role is None:
        assert told.status_code == httpx.codes.UNAUTHORIZED
    else:
        assert set(told.json()["data"]["viewer"]["permissions"]) == {one.name for one in PERMISSIONS[caller.role]}


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_request_finds_a_fault_of_the_server(
    tools: Tools,
    production: Installation,
    environment: dict[str, str],
    caller: Caller,
    headers: dict[str, str],
    seed: int,
) -> None:
    seconds = os.environ.get("MAX_TIME", str(caller.seconds))
    options = ["--workers", "2", *(word for pair in headers.items() for word in ("--header", ": ".join(pair)))]
    command = ("./schemathesis.sh", production.url, str(PROJECT / "schema.graphql"), "--", *options)

    ended = await tools.run(*command, settings=environment | {"SEED": str(seed), "MAX_TIME": seconds})

    assert ended.code == 0, ended.output
