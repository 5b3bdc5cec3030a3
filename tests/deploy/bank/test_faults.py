import asyncpg
import pytest

from deploy.local.bank.faults import FAULTS
from deploy.local.bank.sample import Sample
from domain.rules.patterns import is_well_formed
from tests.deploy.bank.finding_sql import FINDING_SQL, SENT_TWICE

pytestmark = pytest.mark.db


@pytest.mark.parametrize("fault_id", [fault.id for fault in FAULTS if fault.id != "login-sent-twice"])
async def test_the_fault_stands_in_exactly_the_listed_rows(
    fault_id: str, sample: Sample, bank: asyncpg.Connection
) -> None:
    # when
    found = await bank.fetch(FINDING_SQL[fault_id])
    # then
    assert sorted(map(tuple, found)) == sorted(sample.fault_keys[fault_id])


async def test_each_group_of_equal_events_holds_exactly_one_listed_copy(
    sample: Sample, bank: asyncpg.Connection
) -> None:
    # given
    copies = {event_id for (event_id,) in sample.fault_keys["login-sent-twice"]}
    # when
    groups = [set(event_ids) for (event_ids,) in await bank.fetch(SENT_TWICE)]
    # then
    assert [len(group & copies) for group in groups] == [1] * 45
    assert [len(group - copies) for group in groups] == [1] * 45


def test_the_named_patterns_of_the_product_tell_right_from_wrong_check_digits(sample: Sample) -> None:
    # given
    wrong_ibans = {key for fault_id in ("iban-check-digits", "iban-length") for key in sample.fault_keys[fault_id]}
    wrong_cards = set(sample.fault_keys["card-check-digit"])
    # then
    assert {row.key for row in sample.bank.accounts if not is_well_formed("iban", row.iban)} == wrong_ibans
    assert {row.key for row in sample.bank.cards if not is_well_formed("card", row.pan)} == wrong_cards


async def test_every_fault_names_columns_that_exist(bank: asyncpg.Connection) -> None:
    # given
    named = {(fault.schema, fault.table, column) for fault in FAULTS for column in fault.columns}
    # when
    existing = await bank.fetch("SELECT table_schema, table_name, column_name FROM information_schema.columns")
    # then
    assert named - set(map(tuple, existing)) == set()
