"""How the faults in merchants and exchange rates come about."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from deploy.local.bank.bank import Bank
from deploy.local.bank.planting import Planter

_HOLE_ENDS_DAYS_AGO, _HOLE_DAYS = 120, 9


def spoil_merchants(planter: Planter, bank: Bank, today: date) -> None:
    dice, rows = planter.dice, bank.merchants
    planter.change(
        "distance-in-metres",
        rows,
        lambda row: replace(row, dist_brn=row.dist_brn * 1000),
        lambda row: row.dist_brn > Decimal(8),
    )
    planter.change(
        "city-whitespace", rows, lambda row: replace(row, city=dice.pick((" {}", "{} ", "{}  ")).format(row.city))
    )
    planter.change(
        "merchant-stale",
        rows,
        lambda row: replace(row, refreshed_at=dice.moment(today - timedelta(days=dice.between(430, 900)))),
    )


def spoil_exchange_rates(planter: Planter, bank: Bank, today: date) -> None:
    after = today - timedelta(days=_HOLE_ENDS_DAYS_AGO)
    first_missing = after - timedelta(days=_HOLE_DAYS)
    planter.remove(
        "rate-days-missing",
        bank.exchange_rates,
        gone=lambda row: first_missing <= row.rate_date < after,
        names=lambda row: row.rate_date == after,
    )
