import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from deploy.local.bank.dice import Dice
from deploy.local.bank.people import mobile_phone, national_id, person, private_email
from deploy.local.bank.places import CITIES, near, postal_code, street
from deploy.local.bank.row import Row, Table
from deploy.local.bank.staff import BRANCH_COUNT

CUSTOMER_COUNT = 3000
_SEGMENTS = ("RETAIL", "RETAIL", "RETAIL", "STUDENT", "PRIVATE", "BUSINESS")
_CHANNELS = ["POST", "MAIL", "SMS", "APP"]
_ADULT_DAYS, _OLD_DAYS = 18 * 366, 75 * 365


@dataclass(frozen=True, slots=True)
class Customer(Row):
    TABLE: ClassVar[Table] = Table("core", "customer", ("customer_id",), 3030, "the people who bank here")
    customer_id: int
    customer_no: str
    sx_cd: str
    first_name: str
    last_name: str
    birth_date: date
    email: str | None
    phone: str
    fld_07: str
    segment: str
    home_branch_id: int
    contact_by: list[str]
    mktg_ok: bool
    risk_score: int
    kyc: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerAddress(Row):
    TABLE: ClassVar[Table] = Table(
        "core", "customer_address", ("address_id",), 3600, "where customers live, and where some lived before"
    )
    address_id: int
    customer_id: int
    str_ln_1: str
    zip_cd: str
    city: str
    country_code: str
    lat: Decimal
    lon: Decimal
    valid_from: date
    valid_to: date | None


def make_customers(dice: Dice, today: date) -> list[Customer]:
    return [_customer(dice, number, today) for number in range(1, CUSTOMER_COUNT + 1)]


def _customer(dice: Dice, number: int, today: date) -> Customer:
    someone, joined = person(dice), today - timedelta(days=dice.between(1700, 6000))
    return Customer(
        customer_id=100_000 + number,
        customer_no=f"K-{number:07d}",
        sx_cd=someone.gender,
        first_name=someone.first_name,
        last_name=someone.last_name,
        birth_date=joined - timedelta(days=dice.between(_ADULT_DAYS, _OLD_DAYS)),
        email=private_email(dice, someone, number),
        phone=mobile_phone(dice, dice.pick(CITIES).country_code),
        fld_07=national_id(number),
        segment=dice.pick(_SEGMENTS),
        home_branch_id=dice.between(1, BRANCH_COUNT),
        contact_by=_CHANNELS[dice.below(2) : dice.between(2, 4)],
        mktg_ok=dice.happens(0.4),
        risk_score=dice.between(1, 100),
        kyc=_kyc(dice, joined),
        created_at=dice.moment(joined),
    )


def _kyc(dice: Dice, joined: date) -> str:
    checked_on = joined + timedelta(days=dice.between(0, 14))
    return json.dumps({"level": dice.pick(("BASIC", "FULL")), "checked_on": str(checked_on), "pep": dice.happens(0.01)})


def make_addresses(dice: Dice, customers: list[Customer]) -> list[CustomerAddress]:
    """One address each; every fifth customer has moved and keeps the old one as well."""
    addresses: list[CustomerAddress] = []
    for customer in customers:
        joined, moved = customer.created_at.date(), None
        if customer.customer_id % 5 == 0:
            moved = joined + timedelta(days=dice.between(30, 1600))
            addresses.append(_address(dice, len(addresses) + 1, customer, joined, moved))
        addresses.append(_address(dice, len(addresses) + 1, customer, moved or joined, None))
    return addresses


def _address(dice: Dice, number: int, customer: Customer, since: date, until: date | None) -> CustomerAddress:
    city = dice.pick(CITIES)
    return CustomerAddress(
        address_id=number,
        customer_id=customer.customer_id,
        str_ln_1=street(dice),
        zip_cd=postal_code(dice, city),
        city=city.name,
        country_code=city.country_code,
        lat=near(dice, city.latitude_e4),
        lon=near(dice, city.longitude_e4),
        valid_from=since,
        valid_to=until,
    )
