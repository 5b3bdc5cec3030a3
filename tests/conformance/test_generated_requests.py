"""Requests that Schemathesis makes up from the schema, as it should be asked and as it should not."""

import json
import os
import sys
from pathlib import Path

import pytest

from api.graphql.codes import ErrorCode
from tests.conformance.callers import Caller
from tests.conformance.known import KNOWN, known_to
from tests.conformance.tools import Tools
from tests.e2e.client import GraphQL
from tests.e2e.installation import PROJECT, Installation

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("conformance")]

SEEDS = (1, 2, 3)
SECONDS = os.environ.get("MAX_TIME", "60")
FAULTS_OF_THE_SERVER = {ErrorCode.INTERNAL, ErrorCode.TIMEOUT, ErrorCode.SERVICE_UNAVAILABLE}
VALUES = Path(__file__).with_name("generated_values.py")


@pytest.fixture(scope="session")
async def environment(tools: Tools, api: GraphQL) -> dict[str, str]:
    (tools.folder / "schemathesis.toml").write_text(f"hooks = {json.dumps(str(VALUES))}\n")
    commands = Path(sys.executable).parent
    return {
        KNOWN: json.dumps(await known_to(api)),
        "GQL_CLIENT_CODES": ",".join(code.name for code in ErrorCode if code not in FAULTS_OF_THE_SERVER),
        "MAX_TIME": SECONDS,
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
    }


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_request_finds_a_fault_of_the_server(
    tools: Tools, served: Installation, environment: dict[str, str], caller: Caller, seed: int
) -> None:
    headers = [word for header in caller.headers.items() for word in ("--header", ": ".join(header))]
    command = ("./schemathesis.sh", served.url, str(PROJECT / "schema.graphql"), "--", "--workers", "2", *headers)

    ended = await tools.run(*command, settings=environment | {"SEED": str(seed)})

    assert ended.code == 0, ended.output
