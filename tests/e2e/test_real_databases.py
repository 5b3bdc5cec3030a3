"""The main job on real databases, which lie beside the project and are not part of it."""

import pytest

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.conftest import DemoOn
from tests.e2e.real_databases import needs_databases
from tests.e2e.sources import PAGILA

OVERVIEW = """query ($scope: Fqn!) {
  scorecard(scope: $scope) { state }
  assets(scope: $scope, filter: {types: [TABLE]}, first: 100) { edges { node { fqn description } } } }"""
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), needs_databases]


@pytest.mark.parametrize(("name", "tables", "unreadable"), [("chinook", 11, set()), ("pagila", 15, PAGILA.unreadable)])
async def test_main_job_runs_on(
    name: str, tables: int, unreadable: frozenset[str], demo_on: DemoOn, api: GraphQL
) -> None:
    said = await demo_on(name)

    assert f"Scorecard of {name}: " in said
    found = await api.ask(OVERVIEW, scope=name)
    assert found["scorecard"]["state"] == "SCORED"
    assets = [edge["node"] for edge in found["assets"]["edges"]]
    assert len(assets) == tables
    assert all(asset["description"] for asset in assets)
    notes = [line.split(": ") for line in said.splitlines() if line.startswith("! ")]
    assert {fqn for _, fqn, *_ in notes} == unreadable


async def test_main_job_finds_exactly_the_wrong_values_of_pagila(demo_on: DemoOn, api: GraphQL) -> None:
    await demo_on("pagila")

    violations = await bank.violations(api, PAGILA.schema, "OPEN")

    found = {(one["assetFqn"], one["rule"]["kind"]): one["details"]["failed"] for one in violations if one["rule"]}
    assert found == {
        ("pagila.pagila.public.address.district", "NOT_BLANK"): 3,
        ("pagila.pagila.public.address.phone", "NOT_BLANK"): 2,
        ("pagila.pagila.public.address.postal_code", "NOT_BLANK"): 4,
        ("pagila.pagila.public.address.postal_code", "MATCHES_PATTERN"): 6,  # of one digit or three
        ("pagila.pagila.public.customer_list.zip code", "MATCHES_PATTERN"): 6,  # the same through a view
    }
