from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from deploy.local.bank.check_digits import iban
from deploy.local.bank.customers import Customer
from deploy.local.bank.dice import Dice, spread
from deploy.local.bank.entries import AccountEntry, make_entries
from deploy.local.bank.row import Row, Table
from deploy.local.bank.staff import Branch

_ACCOUNT_COUNT = 4000
NAME_CODE_OF_KIND = {"CURRENT": "GIRO-STD", "SAVINGS": "SPAR-PLUS", "DEPOSIT": "FEST-12M"}


@dataclass(frozen=True, slots=True)
class Account(Row):
    TABLE: ClassVar[Table] = Table("core", "account", ("account_id",), _ACCOUNT_COUNT, "what customers keep money on")
    account_id: int
    customer_id: int
    branch_id: int
    iban: str
    kind: str
    account_name_code: str
    currency_code: str
    balance: Decimal
    od_limit: Decimal
    opened_on: date
    closed_on: date | None
    ext_ref: UUID


def make_accounts(
    dice: Dice, customers: list[Customer], branches: list[Branch], today: date
) -> tuple[list[Account], list[AccountEntry]]:
    """The balance of an account is the sum of its entries."""
    accounts: list[Account] = []
    entries: list[AccountEntry] = []
    for number in range(_ACCOUNT_COUNT):
        account = _account(dice, number, customers[number % len(customers)], branches, today)
        booked = make_entries(dice, len(entries), account.account_id, account.opened_on, account.closed_on or today)
        accounts.append(replace(account, balance=sum((entry.amount for entry in booked), Decimal(0))))
        entries += booked
    return accounts, entries


def _account(dice: Dice, number: int, customer: Customer, branches: list[Branch], today: date) -> Account:
    branch, kind = dice.pick(branches), dice.pick(tuple(NAME_CODE_OF_KIND)) if number % 2 else "CURRENT"
    return Account(
        account_id=20_000_000 + number,
        customer_id=customer.customer_id,
        branch_id=branch.branch_id,
        iban=iban(branch.country_code, _bban(branch.country_code, number + 1)),
        kind=kind,
        account_name_code=NAME_CODE_OF_KIND[kind],
        currency_code=dice.pick(("CHF", "USD", "GBP")) if dice.happens(0.04) else "EUR",
        balance=Decimal(0),
        od_limit=Decimal(dice.between(0, 10) * 500 if kind == "CURRENT" else 0),
        opened_on=customer.created_at.date() + timedelta(days=dice.between(0, 90)),
        closed_on=today - timedelta(days=dice.between(1, 300)) if dice.happens(0.08) else None,
        ext_ref=dice.uuid(),
    )


def _bban(country_code: str, serial: int) -> str:
    """Bank codes that no bank has, and the account number in the country's length."""
    match country_code:
        case "DE":
            return f"99910010{spread(serial, 10)}"
        case "NL":
            return f"ASBK{spread(serial, 10)}"
        case _:
            return f"99901{spread(serial, 11)}"
