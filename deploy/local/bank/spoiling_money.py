"""How the faults in accounts, loans, cards and payments come about."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from deploy.local.bank.accounts import NAME_CODE_OF_KIND, Account
from deploy.local.bank.bank import Bank
from deploy.local.bank.check_digits import with_wrong_check_digits
from deploy.local.bank.dice import Dice
from deploy.local.bank.planting import Planter

_WRONG_CHANNELS = ("P0S", "WEB?", "XXX", "9")


def spoil_accounts(planter: Planter, bank: Bank) -> None:
    dice, rows = planter.dice, bank.accounts
    planter.change(
        "closed-before-opened",
        rows,
        lambda row: replace(row, closed_on=row.opened_on - timedelta(days=dice.between(1, 400))),
        lambda row: row.closed_on is not None,
    )
    planter.change(
        "iban-check-digits",
        rows,
        lambda row: replace(row, iban=with_wrong_check_digits(row.iban, dice.between(1, 96))),
    )
    planter.change("name-code-contradicts-kind", rows, lambda row: _with_code_of_another_kind(dice, row))
    planter.change("iban-length", rows, lambda row: replace(row, iban=f"{row.iban}0"))
    planter.change(
        "balance-off",
        rows,
        lambda row: replace(row, balance=row.balance + dice.pick((1, -1)) * dice.money(100, 50_000)),
    )


def _with_code_of_another_kind(dice: Dice, account: Account) -> Account:
    others = [code for kind, code in NAME_CODE_OF_KIND.items() if kind != account.kind]
    return replace(account, account_name_code=dice.pick(others))


def spoil_loans_and_cards(planter: Planter, bank: Bank) -> None:
    dice = planter.dice
    planter.change("income-in-cents", bank.loans, lambda row: replace(row, mth_inc=row.mth_inc * 100))
    planter.change(
        "card-check-digit",
        bank.cards,
        lambda row: replace(row, pan=f"{row.pan[:-1]}{(int(row.pan[-1]) + dice.between(1, 9)) % 10}"),
    )


def spoil_transactions(planter: Planter, bank: Bank) -> None:
    dice, rows = planter.dice, bank.transactions
    planter.change(
        "merchant-unknown", rows, lambda row: replace(row, merchant_id=len(bank.merchants) + dice.between(1, 400))
    )
    planter.change(
        "amount-times-1000",
        rows,
        lambda row: replace(row, amount=row.amount * 1000),
        lambda row: row.amount > Decimal(40),
    )
    planter.change("fee-negative", rows, lambda row: replace(row, fee=-row.fee), lambda row: row.fee > 0)
    planter.change("channel-invalid", rows, lambda row: replace(row, chnl=dice.pick(_WRONG_CHANNELS)))
    planter.change("auth-code-missing", rows, lambda row: replace(row, auth_code=None))
