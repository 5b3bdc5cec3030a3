"""The sources that the three walks go through, and what their rows make certain."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.e2e import bank

ALWAYS_SCORED = frozenset({"completeness", "uniqueness", "validity", "accuracy", "consistency", "integrity", "volume"})


@dataclass(frozen=True, slots=True)
class Source:
    """`schema` is what gets profiled and saved, `elsewhere` a scope that this must not touch."""

    connection: str
    schemas: tuple[str, ...]
    schema: str
    elsewhere: str
    table_count: int
    """Tables and views of the schema, the unreadable ones included."""
    table: str
    row_count: int
    distinct: Mapping[str, int]
    """How many values each column of the table has."""
    scored: frozenset[str]
    """The dimensions of data quality that the main job has a score for."""
    unreadable: frozenset[str] = frozenset()


BANK = Source(
    connection="bank",
    schemas=("bank.sample_bank.core", "bank.sample_bank.market", "bank.sample_bank.public"),
    schema=bank.CORE,
    elsewhere="bank.sample_bank.market",
    table_count=13,
    table=bank.CARD,
    row_count=3000,
    distinct={
        "card_id": 3000,
        "account_id": 3000,
        "pan": 3000,
        "attr_2": 1446,
        "cvv_chk": 957,
        "network": 2,
        "status": 3,
        "contactless": 2,
        "lim_day": 20,
        "issued_on": 1029,
        "exp_dt": 1029,
    },
    scored=ALWAYS_SCORED | {"timeliness"},
)
PAGILA = Source(
    connection="pagila",
    schemas=("pagila.pagila.public",),
    schema="pagila.pagila.public",
    elsewhere="bank",
    table_count=23,
    table="pagila.pagila.public.payment",
    row_count=16_049,
    distinct={
        "payment_id": 16_049,
        "customer_id": 599,
        "staff_id": 2,
        "rental_id": 16_044,
        "amount": 19,
        "payment_date": 16_049,
    },
    scored=ALWAYS_SCORED,
    # a materialized view that was never refreshed
    unreadable=frozenset({"pagila.pagila.public.rental_by_category"}),
)
