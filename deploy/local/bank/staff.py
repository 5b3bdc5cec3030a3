from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from deploy.local.bank.dice import Dice, hundredths
from deploy.local.bank.people import national_id, person
from deploy.local.bank.places import CITIES, near, postal_code, street
from deploy.local.bank.row import Row, Table

BRANCH_COUNT = 40
_SERVICES = ["CASH", "ADVICE", "SAFE", "COINS", "FX"]
_FIRST_STAFF_SERIAL = 500_000  # national ids of staff and of customers must not meet


@dataclass(frozen=True, slots=True)
class Branch(Row):
    TABLE: ClassVar[Table] = Table("core", "branch", ("branch_id",), BRANCH_COUNT, "the bank's offices")
    branch_id: int
    brn_cd: str
    name: str
    street: str
    zip_cd: str
    city: str
    country_code: str
    phone: str
    email_enabled: bool
    lat: Decimal
    lon: Decimal
    opened_on: date
    services: list[str]


@dataclass(frozen=True, slots=True)
class Employee(Row):
    TABLE: ClassVar[Table] = Table("core", "employee", ("employee_id",), 300, "who works, or worked, at which branch")
    employee_id: int
    branch_id: int
    manager_id: int | None
    first_name: str
    last_name: str
    work_email: str
    ext: str
    nat_ins_no: str
    grade: int
    sal: Decimal
    hired_on: date
    left_on: date | None


def make_branches(dice: Dice, today: date) -> list[Branch]:
    return [_branch(dice, number, today) for number in range(1, BRANCH_COUNT + 1)]


def _branch(dice: Dice, number: int, today: date) -> Branch:
    city = CITIES[number % len(CITIES)]
    return Branch(
        branch_id=number,
        brn_cd=f"{city.country_code}{number:03d}",
        name=f"Branch {city.name} {number}",
        street=street(dice),
        zip_cd=postal_code(dice, city),
        city=city.name,
        country_code=city.country_code,
        phone=f"+800 555 {number:04d}",
        email_enabled=dice.happens(0.8),
        lat=near(dice, city.latitude_e4),
        lon=near(dice, city.longitude_e4),
        opened_on=today - timedelta(days=dice.between(6500, 15000)),
        services=_SERVICES[: dice.between(1, len(_SERVICES))],
    )


def make_employees(dice: Dice, today: date) -> list[Employee]:
    return [_employee(dice, number, today) for number in range(1, 301)]


def _employee(dice: Dice, number: int, today: date) -> Employee:
    someone = person(dice)
    hired_on = today - timedelta(days=dice.between(200, 6000))
    return Employee(
        employee_id=number,
        branch_id=(number - 1) % BRANCH_COUNT + 1,
        manager_id=_manager_of(number),
        first_name=someone.first_name,
        last_name=someone.last_name,
        work_email=f"{someone.mail_name(number)}@assaybank.example",
        ext=f"{dice.between(100, 999)}",
        nat_ins_no=national_id(_FIRST_STAFF_SERIAL + number),
        grade=dice.between(1, 9),
        sal=hundredths(dice.between(28_000, 92_000) * 100),
        hired_on=hired_on,
        left_on=dice.day(hired_on, today) if dice.happens(0.1) else None,
    )


def _manager_of(number: int) -> int | None:
    """The first of each branch leads it; the very first leads the leaders."""
    if number == 1:
        return None
    return 1 if number <= BRANCH_COUNT else (number - 1) % BRANCH_COUNT + 1
