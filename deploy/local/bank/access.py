import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from deploy.local.bank.customers import Customer
from deploy.local.bank.dice import Dice, spread
from deploy.local.bank.people import ip_address
from deploy.local.bank.row import Row, Table

_ONLINE_SHARE = (4, 5)  # four of five customers bank online
_EVENT_COUNT = 3000


@dataclass(frozen=True, slots=True)
class OnlineAccess(Row):
    TABLE: ClassVar[Table] = Table("core", "online_access", ("customer_id",), 2400, "who may sign in, and how")
    customer_id: int
    login: str
    pw_hash: str
    mfa_seed: str | None
    locked: bool
    last_src: str
    last_login_at: datetime


@dataclass(frozen=True, slots=True)
class LoginEvent(Row):
    TABLE: ClassVar[Table] = Table("core", "login_event", ("event_id",), 3045, "attempts to sign in")
    event_id: UUID
    customer_id: int
    occurred_at: datetime
    src: str
    succeeded: bool
    dur_ms: int
    device: str


def make_online_access(dice: Dice, customers: list[Customer], today: date) -> list[OnlineAccess]:
    share, whole = _ONLINE_SHARE
    return [_access(dice, customer, today) for place, customer in enumerate(customers) if place % whole < share]


def _access(dice: Dice, customer: Customer, today: date) -> OnlineAccess:
    return OnlineAccess(
        customer_id=customer.customer_id,
        login=f"u{spread(customer.customer_id, 8)}",
        pw_hash=f"$demo${sha256(dice.digits(12).encode()).hexdigest()}",
        mfa_seed=sha256(dice.digits(12).encode()).hexdigest()[:16].upper() if dice.happens(0.6) else None,
        locked=dice.happens(0.03),
        last_src=ip_address(dice),
        last_login_at=dice.moment(today - timedelta(days=dice.between(1, 90))),
    )


def make_login_events(dice: Dice, accesses: list[OnlineAccess], today: date) -> list[LoginEvent]:
    return [_event(dice, dice.pick(accesses), today) for _ in range(_EVENT_COUNT)]


def _event(dice: Dice, access: OnlineAccess, today: date) -> LoginEvent:
    device = {"os": dice.pick(("android", "ios", "windows", "linux")), "app": f"4.{dice.below(12)}"}
    return LoginEvent(
        event_id=dice.uuid(),
        customer_id=access.customer_id,
        occurred_at=dice.moment(today - timedelta(days=dice.between(1, 90))),
        src=ip_address(dice),
        succeeded=dice.happens(0.93),
        dur_ms=dice.between(40, 900),
        device=json.dumps(device),
    )
