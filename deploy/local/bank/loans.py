from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from deploy.local.bank.accounts import Account
from deploy.local.bank.dice import Dice, hundredths
from deploy.local.bank.row import Row, Table

_LOAN_COUNT = 800


@dataclass(frozen=True, slots=True)
class Loan(Row):
    TABLE: ClassVar[Table] = Table("core", "loan", ("loan_id",), _LOAN_COUNT, "money lent, and on what terms")
    loan_id: int
    account_id: int
    principal: Decimal
    rate_pct: Decimal
    term_months: int
    mth_inc: Decimal
    purpose_cd: str
    secured: bool
    granted_on: date
    first_due_on: date


def make_loans(dice: Dice, accounts: list[Account], today: date) -> list[Loan]:
    open_accounts = [account for account in accounts if account.closed_on is None]
    return [_loan(dice, number, dice.pick(open_accounts), today) for number in range(1, _LOAN_COUNT + 1)]


def _loan(dice: Dice, number: int, account: Account, today: date) -> Loan:
    granted_on = dice.day(account.opened_on, today)
    return Loan(
        loan_id=number,
        account_id=account.account_id,
        principal=Decimal(dice.between(20, 800) * 100),
        rate_pct=hundredths(dice.between(190, 890)),
        term_months=12 * dice.between(1, 10),
        mth_inc=hundredths(dice.between(1500, 8500) * 100),
        purpose_cd=dice.pick(("CAR", "HOME", "STUDY", "OTHER")),
        secured=dice.happens(0.3),
        granted_on=granted_on,
        first_due_on=granted_on + timedelta(days=dice.between(28, 45)),
    )
