import shutil
from pathlib import Path

import pytest

from tests.conformance.tools import install_packages
from tests.e2e.client import GraphQL
from tests.e2e.clients import CLIENTS, expected, run_client
from tests.e2e.installation import PROJECT, Installation

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """The client's folder, with what it needs, beside the operations that it reads."""
    shutil.copytree(PROJECT / "docs" / "operations", tmp_path / "operations")
    folder = Path(shutil.copytree(CLIENTS / "javascript", tmp_path / "clients" / "javascript"))
    install_packages(folder)
    return folder


async def test_client_lists_violations_follows_a_run_and_reads_the_score(
    served: Installation, api: GraphQL, client: Path
) -> None:
    told = run_client(served.url, "node", "client.mjs", folder=client)

    assert sorted(told) == await expected(api)
    assert [line for line in told if line.startswith("run ")] == ["run RUNNING", "run COMPLETED"]
    assert told[-1].startswith("scorecard ")
