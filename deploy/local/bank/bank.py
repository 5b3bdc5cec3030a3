"""The whole sample in memory: clean rows first, then the faults that are planted in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import get_args, get_type_hints

from deploy.local.bank.access import LoginEvent, OnlineAccess, make_login_events, make_online_access
from deploy.local.bank.accounts import Account, make_accounts
from deploy.local.bank.cards import Card, CardTransaction, make_cards, make_transactions
from deploy.local.bank.customers import Customer, CustomerAddress, make_addresses, make_customers
from deploy.local.bank.dice import Dice
from deploy.local.bank.entries import AccountEntry
from deploy.local.bank.loans import Loan, make_loans
from deploy.local.bank.merchants import ExchangeRate, Merchant, make_exchange_rates, make_merchants
from deploy.local.bank.reference import COUNTRIES, CURRENCIES, MERCHANT_CATEGORIES, Country, Currency, MerchantCategory
from deploy.local.bank.row import Row
from deploy.local.bank.staff import Branch, Employee, make_branches, make_employees


@dataclass(frozen=True, slots=True)
class Bank:
    """The rows of every table; the lists are open, because planting a fault replaces, adds or removes rows."""

    countries: list[Country]
    currencies: list[Currency]
    merchant_categories: list[MerchantCategory]
    merchants: list[Merchant]
    exchange_rates: list[ExchangeRate]
    branches: list[Branch]
    employees: list[Employee]
    customers: list[Customer]
    addresses: list[CustomerAddress]
    accesses: list[OnlineAccess]
    login_events: list[LoginEvent]
    accounts: list[Account]
    entries: list[AccountEntry]
    loans: list[Loan]
    cards: list[Card]
    transactions: list[CardTransaction]

    def tables(self) -> Iterator[tuple[type[Row], Sequence[Row]]]:
        for row_type, field in zip(ROW_TYPES, fields(self), strict=True):
            yield row_type, getattr(self, field.name)


# Read from the fields, so that a table cannot be forgotten.
ROW_TYPES: tuple[type[Row], ...] = tuple(get_args(kind)[0] for kind in get_type_hints(Bank).values())


def make_clean_bank(seed: int, today: date) -> Bank:
    """A bank in which everything is right, as of the morning of `today`."""
    merchants = make_merchants(Dice(seed, "merchant"), today)
    branches = make_branches(Dice(seed, "branch"), today)
    customers = make_customers(Dice(seed, "customer"), today)
    accesses = make_online_access(Dice(seed, "online_access"), customers, today)
    accounts, entries = make_accounts(Dice(seed, "account"), customers, branches, today)
    holders = {customer.customer_id: customer for customer in customers}
    cards = make_cards(Dice(seed, "card"), accounts, holders, today)
    return Bank(
        countries=list(COUNTRIES),
        currencies=list(CURRENCIES),
        merchant_categories=list(MERCHANT_CATEGORIES),
        merchants=merchants,
        exchange_rates=make_exchange_rates(Dice(seed, "exchange_rate"), today),
        branches=branches,
        employees=make_employees(Dice(seed, "employee"), today),
        customers=customers,
        addresses=make_addresses(Dice(seed, "customer_address"), customers),
        accesses=accesses,
        login_events=make_login_events(Dice(seed, "login_event"), accesses, today),
        accounts=accounts,
        entries=entries,
        loans=make_loans(Dice(seed, "loan"), accounts, today),
        cards=cards,
        transactions=make_transactions(Dice(seed, "cardtransaction"), cards, merchants, today),
    )
