"""Whole databases whose declared references are taken away, and found again by what profiling makes of the rest."""

from pathlib import Path

import pytest

from benchmarks.relationships.made_up import MADE_UP, fill
from benchmarks.relationships.measure import DATABASES, load_dump
from benchmarks.relationships.rediscovery import rediscover
from benchmarks.relationships.score import Reference, Score
from deploy.local.bank.load import load_bank
from domain.fqn import Fqn
from tests.e2e.real_databases import needs_databases
from tests.fixtures.postgres import PostgresServer

BANK = "rediscovered_bank"
CHANCE = {"network": {"public.outage(lasted) -> public.cable(nr)"}}
"""Numbers that were made to end where the key does; only their meaning tells that they are minutes."""
pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]


@pytest.mark.parametrize("name", MADE_UP)
async def test_every_reference_of_a_made_up_database_is_found_again(name: str, postgres: PostgresServer) -> None:
    await fill(await postgres.create_database(name), name)

    score = await rediscover(postgres.address, name)

    assert score.missed == []
    assert set(map(str, score.wrong)) == CHANCE.get(name, set())


async def test_references_of_the_bank_are_found_beside_those_that_it_leaves_undeclared(
    postgres: PostgresServer,
) -> None:
    await load_bank(await postgres.create_database(BANK))

    score = await rediscover(postgres.address, BANK)

    # The number of a customer is the key of two tables; the name says the one that lists customers.
    assert list(map(str, score.missed)) == ["core.login_event(customer_id) -> core.online_access(customer_id)"]
    assert list(map(str, score.wrong)) == [
        "core.cardtransaction(merchant_id) -> market.merchant(merchant_id)",
        "core.customer_address(country_code) -> market.country(code)",
        "core.login_event(customer_id) -> core.customer(customer_id)",
    ]


@needs_databases
@pytest.mark.parametrize(
    ("name", "declared", "wrong"),
    [
        ("chinook", 11, []),
        ("pagila", 20, ["public.store(manager_staff_id) -> public.staff(staff_id)"]),  # true, and not declared
    ],
)
async def test_every_reference_of_a_real_database_is_found_again(
    name: str, declared: int, wrong: list[str], postgres: PostgresServer
) -> None:
    load_dump(Path(DATABASES / f"{name}.sql.gz"), await postgres.create_database(f"rediscovered_{name}"))

    score = await rediscover(postgres.address, f"rediscovered_{name}")

    assert (len(score.declared), score.missed) == (declared, [])
    assert list(map(str, score.wrong)) == wrong


def test_score_counts_what_is_right_among_the_declared_and_among_the_found() -> None:
    a, b, c = (Fqn.of("svc", "db", "s", name) for name in "abc")
    first, second = Reference.of(a, ("x", "y"), b, ("p", "q")), Reference.of(a, ("z",), c, ("id",))
    chance = Reference.of(b, ("n",), c, ("id",))

    score = Score(declared={first, second}, found={Reference.of(a, ("y", "x"), b, ("q", "p")), chance})

    assert (score.recall, score.precision, score.f1) == (0.5, 0.5, 0.5)
    assert (list(map(str, score.missed)), list(map(str, score.wrong))) == (["s.a(z) -> s.c(id)"], ["s.b(n) -> s.c(id)"])
