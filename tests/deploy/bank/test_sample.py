from datetime import date, timedelta
from hashlib import sha256

import pytest

from deploy.local.bank.bank import ROW_TYPES
from deploy.local.bank.faults import FAULTS
from deploy.local.bank.row import values_of
from deploy.local.bank.sample import DEFAULT_SEED, REFERENCE_DATE, Sample, make_sample

# Changes only with the generator; then raise _EDITION in deploy/local/bank/mark.py too, and databases are loaded anew.
DIGEST_OF_THE_DEFAULT_SAMPLE = "bbc37e6648bd1cd38462858913279e1f0bc1de40dd46231290fdf09d09902583"


def digest(sample: Sample) -> str:
    result = sha256()
    for row_type, rows in sample.bank.tables():
        read = values_of(row_type)
        for row in rows:
            result.update("\x1f".join(map(str, read(row))).encode() + b"\x1e")
    return result.hexdigest()


def test_the_default_seed_gives_the_same_rows_on_every_machine(sample: Sample) -> None:
    assert digest(sample) == DIGEST_OF_THE_DEFAULT_SAMPLE


def test_a_seed_gives_the_same_rows_twice_and_another_seed_other_rows() -> None:
    # when
    first, again, other = make_sample(5), make_sample(5), make_sample(6)
    # then
    assert digest(first) == digest(again)
    assert first.fault_keys == again.fault_keys
    assert digest(first) != digest(other)


@pytest.mark.parametrize("seed", [0, DEFAULT_SEED, 2**31])
def test_every_seed_gives_the_stated_number_of_rows_and_faults(seed: int) -> None:
    # when
    sample = make_sample(seed)
    # then
    assert {row_type.TABLE: len(rows) for row_type, rows in sample.bank.tables()} == {
        row_type.TABLE: row_type.TABLE.row_count for row_type in ROW_TYPES
    }
    assert {fault_id: len(set(keys)) for fault_id, keys in sample.fault_keys.items()} == {
        fault.id: fault.row_count for fault in FAULTS
    }


def test_a_row_has_one_fault_at_most(sample: Sample) -> None:
    # when
    places = [(fault.schema, fault.table, key) for fault in FAULTS for key in sample.fault_keys[fault.id]]
    # then
    assert len(places) == len(set(places))


def test_every_fault_leaves_most_of_its_column_right() -> None:
    assert [fault.id for fault in FAULTS if not 0.001 <= fault.share <= 0.08] == []


def test_the_bank_ends_the_day_before_the_reference_date() -> None:
    # given
    today = date(2031, 3, 1)
    # when
    bank = make_sample(today=today).bank
    # then
    yesterday = today - timedelta(days=1)
    assert max(row.booked_at.date() for row in bank.transactions) == yesterday
    assert max(row.rate_date for row in bank.exchange_rates) == yesterday
    assert max(row.refreshed_at.date() for row in bank.merchants) == yesterday
    assert max(row.occurred_at.date() for row in bank.login_events) == yesterday


def test_no_date_of_a_booking_lies_after_the_reference_date(sample: Sample) -> None:
    assert max(max(row.booked_on, row.value_on) for row in sample.bank.entries) <= REFERENCE_DATE
