"""The main job on real databases, which lie beside the project and are not part of it."""

import gzip
import subprocess
from pathlib import Path

import pytest

from deploy.local.postgres_binaries import find_program_folder
from tests.e2e.client import GraphQL
from tests.e2e.installation import PROJECT, Installation
from tests.fixtures.postgres import PostgresServer

DATABASES = PROJECT.parent / "shared" / "data" / "databases"
OVERVIEW = """query ($scope: Fqn!) {
  scorecard(scope: $scope) { state }
  assets(scope: $scope, filter: {types: [TABLE]}, first: 100) { edges { node { fqn description } } } }"""
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("e2e"),
    pytest.mark.skipif(not DATABASES.is_dir(), reason=f"NOT RUN: {DATABASES} is not beside the project"),
]


@pytest.mark.parametrize(
    ("name", "tables", "unreadable"),
    [
        ("chinook", 11, set()),
        ("pagila", 15, {"pagila.pagila.public.rental_by_category"}),  # a materialized view that was never refreshed
    ],
)
async def test_main_job_runs_on(
    name: str, tables: int, unreadable: set[str], installation: Installation, api: GraphQL, postgres: PostgresServer
) -> None:
    dsn = await postgres.create_database(name)
    _load(DATABASES / f"{name}.sql.gz", dsn)

    done = installation.run("demo", "--dsn", dsn, "--exit")

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Scorecard of {name}: " in done.stdout
    found = await api.ask(OVERVIEW, scope=name)
    assert found["scorecard"]["state"] == "SCORED"
    assets = [edge["node"] for edge in found["assets"]["edges"]]
    assert len(assets) == tables
    assert all(asset["description"] for asset in assets)
    notes = [line.split(": ") for line in done.stdout.splitlines() if line.startswith("! ")]
    assert {fqn for _, fqn, *_ in notes} == unreadable


def _load(dump: Path, dsn: str) -> None:
    command = [str(find_program_folder() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", dsn]
    with gzip.open(dump) as sql:
        subprocess.run(command, input=sql.read(), check=True, stdout=subprocess.DEVNULL)
