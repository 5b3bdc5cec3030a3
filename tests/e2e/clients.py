"""What each of docs/clients does, and how it is seen that it did."""

import os
import subprocess
from pathlib import Path

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.installation import PROJECT

CLIENTS = PROJECT / "docs" / "clients"
TABLE = f"{bank.CORE}.customer"
SCORE = "query ($scope: Fqn!) { scorecard(scope: $scope) { score } }"
LONGEST_SECONDS = 120


def run_client(url: str, *command: str, folder: Path = PROJECT) -> list[str]:
    """The lines that it prints about the table."""
    done = subprocess.run(
        [*command, url, "bank", TABLE],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout.splitlines()


async def expected(api: GraphQL) -> list[str]:
    """What is wrong, the run from its beginning to its end, and the score; the profile itself changes neither."""
    found = await bank.violations(api, TABLE, "OPEN", "ACKNOWLEDGED")
    wrong = [f"violation {one['severity']} {one['assetFqn']}" for one in found]
    progress = ["run RUNNING", f"table {TABLE} RUNNING", f"table {TABLE} COMPLETED", "run COMPLETED"]
    score = (await api.ask(SCORE, scope=TABLE))["scorecard"]["score"]
    return sorted([*wrong, *progress, f"scorecard SCORED {score}"])
