from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from deploy.local.bank.dice import Dice, hundredths
from deploy.local.bank.people import person
from deploy.local.bank.places import CITIES
from deploy.local.bank.reference import MERCHANT_CATEGORIES
from deploy.local.bank.row import Row, Table
from deploy.local.bank.words import COMPANY_FORMS, SHOP_KINDS, SHOP_STEMS, in_ascii

_NETWORKS = ["VISA", "MASTERCARD", "GIROCARD"]
_DAYS_OF_RATES = 270
_EURO_IN_MILLIONTHS = {
    "AUD": 1_650_000,
    "CAD": 1_480_000,
    "CHF": 955_000,
    "CZK": 25_200_000,
    "DKK": 7_460_000,
    "GBP": 856_000,
    "HUF": 394_000_000,
    "JPY": 163_000_000,
    "NOK": 11_600_000,
    "PLN": 4_310_000,
    "SEK": 11_300_000,
    "USD": 1_085_000,
}


@dataclass(frozen=True, slots=True)
class Merchant(Row):
    TABLE: ClassVar[Table] = Table("market", "merchant", ("merchant_id",), 1200, "shops that take the bank's cards")
    merchant_id: int
    name: str
    ctc: str
    mcc: str
    country_code: str
    city: str
    website: str
    dist_brn: Decimal
    networks: list[str]
    refreshed_at: datetime


@dataclass(frozen=True, slots=True)
class ExchangeRate(Row):
    TABLE: ClassVar[Table] = Table(
        "market", "exchange_rate", ("currency_code", "rate_date"), 3132, "what one euro was worth, day by day"
    )
    currency_code: str
    rate_date: date
    rate: Decimal
    feed: str


def make_merchants(dice: Dice, today: date) -> list[Merchant]:
    return [_merchant(dice, number, today) for number in range(1, 1201)]


def _merchant(dice: Dice, number: int, today: date) -> Merchant:
    stem, city, contact = f"{dice.pick(SHOP_STEMS)}{dice.pick(SHOP_KINDS)}", dice.pick(CITIES), person(dice)
    return Merchant(
        merchant_id=number,
        name=f"{stem} {city.name} {dice.pick(COMPANY_FORMS)}",
        ctc=f"{contact.last_name}, {contact.first_name}",
        mcc=dice.pick(MERCHANT_CATEGORIES).mcc,
        country_code=city.country_code,
        city=city.name,
        website=f"https://{in_ascii(stem)}-{number}.example",
        dist_brn=hundredths(dice.between(20, 2500)),
        networks=_NETWORKS[: dice.between(1, 3)],
        refreshed_at=dice.moment(today - timedelta(days=dice.between(1, 30))),
    )


def make_exchange_rates(dice: Dice, today: date) -> list[ExchangeRate]:
    first_day = today - timedelta(days=_DAYS_OF_RATES)
    return [rate for code in _EURO_IN_MILLIONTHS for rate in _rates_of(dice, code, first_day)]


def _rates_of(dice: Dice, code: str, first_day: date) -> list[ExchangeRate]:
    rates, millionths = [], _EURO_IN_MILLIONTHS[code]
    for day in range(_DAYS_OF_RATES):
        millionths += millionths * dice.between(-40, 40) // 10_000
        rate = Decimal(millionths).scaleb(-6)
        rates.append(ExchangeRate(code, first_day + timedelta(days=day), rate, dice.pick(("ECB", "ECB", "DESK"))))
    return rates
