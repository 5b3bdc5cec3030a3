"""How the faults in what is known of people come about."""

from dataclasses import replace
from datetime import date, timedelta

from deploy.local.bank.bank import Bank
from deploy.local.bank.customers import Customer
from deploy.local.bank.dice import Dice
from deploy.local.bank.planting import Planter

_PLACEHOLDERS = ("N/A", "n/a", "unknown", "-", "TBD")


def spoil_customers(planter: Planter, bank: Bank, today: date) -> None:
    dice, rows = planter.dice, bank.customers
    planter.change("email-missing", rows, lambda row: replace(row, email=None))
    planter.change("email-malformed", rows, lambda row: _with_malformed_email(dice, row))
    planter.change("phone-placeholder", rows, lambda row: replace(row, phone=dice.pick(_PLACEHOLDERS)))
    planter.change(
        "birth-in-future", rows, lambda row: replace(row, birth_date=today + timedelta(days=dice.between(7300, 20000)))
    )
    planter.copy(
        "customer-entered-twice", rows, lambda row, before: replace(row, customer_id=rows[0].customer_id + before)
    )


def _with_malformed_email(dice: Dice, customer: Customer) -> Customer:
    assert customer.email, "a customer whose e-mail was taken away has a fault already"
    name, domain = customer.email.split("@")
    malformed = (f"{name}.{domain}", f"{name}@@{domain}", f"{name}@{domain.split('.')[0]}", f"{name}@")
    return replace(customer, email=dice.pick(malformed))


def spoil_addresses(planter: Planter, bank: Bank) -> None:
    dice, rows = planter.dice, bank.addresses
    planter.change(
        "address-ends-before-start",
        rows,
        lambda row: replace(row, valid_to=row.valid_from - timedelta(days=dice.between(1, 700))),
        lambda row: row.valid_to is not None,
    )
    planter.change(
        "zip-letter-o",
        rows,
        lambda row: replace(row, zip_cd=row.zip_cd.replace("0", "O", 1)),
        lambda row: "0" in row.zip_cd,
    )
    planter.change("street-blank", rows, lambda row: replace(row, str_ln_1=""))
    planter.change("country-lower-case", rows, lambda row: replace(row, country_code=row.country_code.lower()))


def spoil_login_events(planter: Planter, bank: Bank) -> None:
    dice = planter.dice
    planter.copy("login-sent-twice", bank.login_events, lambda row, _: replace(row, event_id=dice.uuid()))
