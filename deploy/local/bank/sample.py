"""The sample as it is loaded: the bank with its faults, and the keys of the rows they stand in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from deploy.local.bank.bank import Bank, make_clean_bank
from deploy.local.bank.dice import Dice
from deploy.local.bank.planting import Planter
from deploy.local.bank.row import Key
from deploy.local.bank.spoiling_market import spoil_exchange_rates, spoil_merchants
from deploy.local.bank.spoiling_money import spoil_accounts, spoil_loans_and_cards, spoil_transactions
from deploy.local.bank.spoiling_people import spoil_addresses, spoil_customers, spoil_login_events

DEFAULT_SEED = 20
# Fixed, so that the sample is the same every day; the last bookings are of the day before.
REFERENCE_DATE = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Sample:
    bank: Bank
    fault_keys: Mapping[str, tuple[Key, ...]]


def make_sample(seed: int = DEFAULT_SEED, today: date = REFERENCE_DATE) -> Sample:
    """The same arguments give the same rows on every machine."""
    bank = make_clean_bank(seed, today)
    planter = Planter(Dice(seed, "faults"))
    spoil_customers(planter, bank, today)
    spoil_addresses(planter, bank)
    spoil_login_events(planter, bank)
    spoil_accounts(planter, bank)
    spoil_loans_and_cards(planter, bank)
    spoil_transactions(planter, bank)
    spoil_merchants(planter, bank, today)
    spoil_exchange_rates(planter, bank, today)
    return Sample(bank, planter.keys)
