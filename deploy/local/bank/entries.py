from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from deploy.local.bank.dice import Dice
from deploy.local.bank.row import Row, Table

_PURPOSES = {
    "CREDIT": ("Salary", "Transfer received", "Refund", "Interest"),
    "DEBIT": ("Rent", "Electricity", "Transfer sent", "Insurance", "Cash"),
}


@dataclass(frozen=True, slots=True)
class AccountEntry(Row):
    TABLE: ClassVar[Table] = Table("core", "account_entry", ("entry_id",), 10_000, "the bookings that make a balance")
    entry_id: int
    account_id: int
    entry_kind: str
    amount: Decimal
    booked_on: date
    value_on: date
    purpose: str
    batch_no: int


def make_entries(dice: Dice, booked_before: int, account_id: int, first: date, last: date) -> list[AccountEntry]:
    """One to four entries, the first of them always a credit."""
    count = 1 + account_id % 4
    return [_entry(dice, booked_before + place + 1, account_id, first, last, place == 0) for place in range(count)]


def _entry(dice: Dice, number: int, account_id: int, first: date, last: date, is_opening: bool) -> AccountEntry:
    kind = "CREDIT" if is_opening or dice.happens(0.4) else "DEBIT"
    amount = dice.money(100_000, 900_000) if is_opening else dice.money(500, 90_000)
    booked_on = first if is_opening else dice.day(first, last)
    return AccountEntry(
        entry_id=number,
        account_id=account_id,
        entry_kind=kind,
        amount=amount if kind == "CREDIT" else -amount,
        booked_on=booked_on,
        value_on=min(booked_on + timedelta(days=dice.between(0, 2)), last),
        purpose="First deposit" if is_opening else dice.pick(_PURPOSES[kind]),
        batch_no=dice.between(1, 9000),
    )
