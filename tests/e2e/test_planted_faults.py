"""Which planted faults and which personal data the main job found in the sample bank, and which it missed."""

import pytest

from deploy.local.bank.fault import PlantedFault
from deploy.local.bank.faults import FAULTS
from tests.e2e import bank
from tests.e2e.client import GraphQL

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("demo_output")]

MISSED: frozenset[str] = frozenset()
"""Known to be missed: no rule of the language can say it, or the data alone does not show it."""


async def test_planted_faults_are_found_but_for_the_known_ones(api: GraphQL) -> None:
    violations = await bank.violations(api, "bank", "OPEN")
    seen = {
        (violation["assetFqn"], column, violation["rule"]["kind"])
        for violation in violations
        if violation["rule"]
        for column in violation["rule"]["columns"] or [""]
    }

    missed = {fault.id for fault in FAULTS if not _is_found(fault, seen)}

    assert missed == MISSED, f"found {len(FAULTS) - len(missed)} of {len(FAULTS)}"


def _is_found(fault: PlantedFault, seen: set[tuple[str, str, str]]) -> bool:
    """Whether a rule of a kind that sees the fault is violated on one of its columns."""
    table = f"bank.sample_bank.{fault.schema}.{fault.table}"
    kinds = set(fault.rule_kinds_that_should_find_it)
    return any(
        kind in kinds and column in fault.columns and asset in {table, f"{table}.{column}"}
        for asset, column, kind in seen
    )
