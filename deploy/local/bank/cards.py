from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from deploy.local.bank.accounts import Account
from deploy.local.bank.check_digits import card_number
from deploy.local.bank.customers import Customer
from deploy.local.bank.dice import Dice, hundredths, spread
from deploy.local.bank.merchants import Merchant
from deploy.local.bank.row import Row, Table
from deploy.local.bank.words import in_ascii

_CARD_COUNT = 3000
_TRANSACTION_COUNT = 18_000
_TEST_PREFIXES = {"VISA": "411111", "MASTERCARD": "555555"}


@dataclass(frozen=True, slots=True)
class Card(Row):
    TABLE: ClassVar[Table] = Table("core", "card", ("card_id",), _CARD_COUNT, "payment cards")
    card_id: int
    account_id: int
    pan: str
    attr_2: str
    cvv_chk: str
    network: str
    status: str
    contactless: bool
    lim_day: int
    issued_on: date
    exp_dt: date


@dataclass(frozen=True, slots=True)
class CardTransaction(Row):
    TABLE: ClassVar[Table] = Table(
        "core", "cardtransaction", ("txn_id",), _TRANSACTION_COUNT, "what was paid with the cards, a year long"
    )
    txn_id: int
    card_id: int
    merchant_id: int
    mcc: str
    booked_at: datetime
    amount: Decimal
    fee: Decimal
    currency_code: str
    chnl: str
    auth_code: str | None
    is_refund: bool
    rrn: int


def make_cards(dice: Dice, accounts: list[Account], customers: Mapping[int, Customer], today: date) -> list[Card]:
    open_accounts = [account for account in accounts if account.closed_on is None]
    chosen = dice.sample(open_accounts, _CARD_COUNT)
    return [_card(dice, number, account, customers, today) for number, account in enumerate(chosen, start=1)]


def _card(dice: Dice, number: int, account: Account, customers: Mapping[int, Customer], today: date) -> Card:
    holder, network = customers[account.customer_id], dice.pick(tuple(_TEST_PREFIXES))
    issued_on = today - timedelta(days=dice.between(400, 1500))
    return Card(
        card_id=number,
        account_id=account.account_id,
        pan=card_number(f"{_TEST_PREFIXES[network]}{spread(number, 9)}"),
        attr_2=f"{in_ascii(holder.last_name)} {in_ascii(holder.first_name)}".upper(),
        cvv_chk=dice.digits(3),
        network=network,
        status=dice.pick(("ACTIVE", "ACTIVE", "ACTIVE", "ACTIVE", "BLOCKED", "LOST")),
        contactless=dice.happens(0.9),
        lim_day=dice.between(1, 20) * 100,
        issued_on=issued_on,
        exp_dt=issued_on + timedelta(days=5 * 365),
    )


def make_transactions(dice: Dice, cards: list[Card], merchants: list[Merchant], today: date) -> list[CardTransaction]:
    return [
        _transaction(dice, number, dice.pick(cards), dice.pick(merchants), today)
        for number in range(1, _TRANSACTION_COUNT + 1)
    ]


def _transaction(dice: Dice, number: int, card: Card, merchant: Merchant, today: date) -> CardTransaction:
    return CardTransaction(
        txn_id=7_000_000_000 + number,
        card_id=card.card_id,
        merchant_id=merchant.merchant_id,
        mcc=merchant.mcc,
        booked_at=dice.moment(today - timedelta(days=dice.between(1, 365))),
        amount=dice.money(150, 30_000),
        fee=hundredths(dice.pick((0, 0, 0, 15, 25, 35, 99, 150))),
        currency_code="EUR" if dice.happens(0.96) else dice.pick(("CHF", "USD", "GBP")),
        chnl=dice.pick(("POS", "POS", "POS", "ECOM", "ECOM", "ATM", "MOTO")),
        auth_code=dice.digits(6),
        is_refund=dice.happens(0.02),
        rrn=int(f"6{spread(number, 11)}"),
    )
