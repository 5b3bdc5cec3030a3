"""Which planted faults and which personal data the main job found in the sample bank, and which it missed."""

import pytest

from deploy.local.bank.fault import PlantedFault
from deploy.local.bank.faults import FAULTS
from deploy.local.bank.personal_data import PLANTED_PII, PlantedPii
from tests.e2e import bank
from tests.e2e.client import GraphQL

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("demo_output")]

MISSED = frozenset(
    {
        "balance-off",  # a sum over another table's rows: the rule language cannot say it
        "login-sent-twice",  # a key of several columns that is broken nowhere else: not proposed yet
        "merchant-stale",  # rows that nobody touched for years, in a column that has no bound by nature
        "rate-days-missing",  # days without a row: the rule language cannot say it
    }
)


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


async def test_planted_personal_data_is_classified(api: GraphQL) -> None:
    found = {(pii.schema, pii.table, pii.column): await _pii_class(api, pii) for pii in PLANTED_PII}

    wrong = {place for place, said in found.items() if said != _planted()[place]}

    assert wrong == set()


async def _pii_class(api: GraphQL, pii: PlantedPii) -> str | None:
    fqn = f"bank.sample_bank.{pii.schema}.{pii.table}.{pii.column}"
    said = (await api.ask("query ($fqn: Fqn!) { asset(fqn: $fqn) { piiClass } }", fqn=fqn))["asset"]["piiClass"]
    return str(said) if said else None


def _planted() -> dict[tuple[str, str, str], str]:
    return {(pii.schema, pii.table, pii.column): pii.pii_class.value for pii in PLANTED_PII}
