"""Every command and every operation of the README does what the README says."""

import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.e2e.client import GraphQL
from tests.e2e.installation import Installation
from tests.fixtures.postgres import PostgresServer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("demo_output")]

README = (Path(__file__).parents[2] / "README.md").read_text()


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def _operation(kind: str) -> str:
    (found,) = [block for block in _blocks("graphql") if block.startswith(kind)]
    return found


def test_commands_are_the_ones_that_are_tested() -> None:
    assert [block.strip() for block in _blocks("sh")] == [
        "make run",
        "make run ARGS=--exit",
        "make test",
        ".venv/bin/assay demo --dsn postgresql://reader:secret@127.0.0.1:5432/shop --schema public --exit",
        ".venv/bin/assay verify-audit",
    ]


def test_make_run_goes_through_the_main_job(installation: Installation) -> None:
    made = installation.make("run", "--exit")

    assert made.returncode == 0, made.stdout + made.stderr
    assert "Scorecard of bank: " in made.stdout


def test_audit_chain_of_the_main_job_is_whole_and_its_end_is_as_it_was(installation: Installation) -> None:
    verified = installation.run("verify-audit")
    head = re.search(r"\b[0-9a-f]{64}\b", verified.stdout)

    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert head
    assert installation.run("verify-audit", "--expect-head", f"default={head[0]}").returncode == 0
    assert installation.run("verify-audit", "--expect-head", f"default={'f' * 64}").returncode == 1


async def test_demo_on_a_database_of_ones_own(installation: Installation, shop: str) -> None:
    (command,) = [block for block in _blocks("sh") if "--dsn" in block]
    words = shlex.split(command)
    arguments = [shop if word.startswith("postgresql://") else word for word in words[2:]]

    done = installation.run(words[1], *arguments)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Scorecard of shop: " in done.stdout


async def test_first_query_shows_scores_and_violations(api: GraphQL) -> None:
    found = await api.ask(_operation("query"))

    assert found["scorecard"]["state"] == "SCORED"
    assert len(found["violations"]["edges"]) == min(5, found["violations"]["totalCount"])


async def test_first_mutation_is_seen_by_the_first_subscription(api: GraphQL) -> None:
    async with api.subscribed(_operation("subscription")) as changes:
        started = await api.do(_operation("mutation"))
        told = [change["run"] async for change in _until_ended(changes, started["run"]["id"])]

    assert told[-1]["status"] == "COMPLETED"
    assert told[-1]["progress"] == {"completed": 1, "failed": 0, "total": 1}


async def _until_ended(changes: AsyncIterator[dict[str, Any]], run_id: str) -> AsyncIterator[dict[str, Any]]:
    async for change in changes:
        if change["run"]["id"] == run_id:
            yield change
            if change["run"]["status"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
                return


@pytest.fixture
async def shop(postgres: PostgresServer) -> str:
    """The address of a small database that is nobody's but the reader's."""
    dsn = await postgres.create_database("shop")
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            """
            CREATE TABLE article (id int PRIMARY KEY, name text NOT NULL, price numeric(10, 2));
            INSERT INTO article SELECT n, 'Article ' || n, n / 10.0 FROM generate_series(1, 500) n;
            CREATE TABLE sale (id int PRIMARY KEY, article_id int REFERENCES article, sold_on date NOT NULL);
            INSERT INTO sale SELECT n, 1 + n % 500, date '2026-01-01' + n % 300 FROM generate_series(1, 2000) n;
            """
        )
    finally:
        await connection.close()
    return dsn
