"""The values of a table, read from the texts that PostgreSQL writes, not by the product's readers."""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property, partial
from typing import Any

from tests.flows.profiling.reference.comparison import Spells


class Kind(Enum):
    NUMBER = "number"
    TEXT = "text"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    OTHER = "other"


Point = tuple[float, ...]
"""Days since 0001-01-01 and microseconds of the day; infinite days before and after all time."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One distinct value of a column: two rows hold the same one where they hold the same object."""

    shown: Any
    """Its text, as a profile shows it whole."""
    order: Any
    """By which values of the column are sorted."""
    bytes: int
    compared: float | Point | None = None
    """By which numbers and moments, of any column, are compared."""
    number: float = math.nan
    """In double precision."""
    digits: Decimal | None = None
    """A finite number as it is written."""
    moment: datetime | None = None
    """In UTC; None beyond the years 1 to 9999."""


@dataclass(frozen=True)
class Column:
    name: str
    declared_type: str
    kind: Kind
    values: Sequence[Value | None]
    is_date: bool = False

    @cached_property
    def present(self) -> list[Value]:
        return [value for value in self.values if value is not None]

    @cached_property
    def counts(self) -> Counter[Value]:
        return Counter(self.present)

    @property
    def nulls(self) -> int:
        return len(self.values) - len(self.present)

    @property
    def unique_once(self) -> int:
        return sum(count == 1 for count in self.counts.values())

    @property
    def is_key(self) -> bool:
        return bool(self.values) and self.unique_once == len(self.values)

    @cached_property
    def finite(self) -> Counter[float]:
        """Rows by the numbers that are finite doubles."""
        return Counter(number for number in self.numbers if number is not None)

    @cached_property
    def numbers(self) -> list[float | None]:
        """By row, what is finite."""
        found = (math.nan if value is None else value.number for value in self.values)
        return [number if math.isfinite(number) else None for number in found]

    @cached_property
    def compared(self) -> list[Any]:
        """By row, what compares as the source's values do; None where a number is not finite."""
        if self.kind is not Kind.NUMBER:
            return [None if value is None else value.compared for value in self.values]
        return [value.compared if value and math.isfinite(value.number) else None for value in self.values]

    @cached_property
    def ranks(self) -> list[float | None]:
        """Of what is compared; equal values share the middle one of theirs."""
        rows_of, rank_of, below = Counter(self.compared), {}, 0
        for compared in sorted(rows_of.keys() - {None}):
            rank_of[compared] = below + (rows_of[compared] + 1) / 2
            below += rows_of[compared]
        return [rank_of.get(compared) for compared in self.compared]

    @cached_property
    def moments(self) -> Counter[datetime]:
        """Rows by the moments in the years 1 to 9999."""
        return Counter({value.moment: rows for value, rows in self.counts.items() if value.moment})


_NUMBERS = {"smallint": 2, "integer": 4, "bigint": 8}
_FLOATS = {"real": 4, "double precision": 8}
_TEXTS = {"text", "character varying", "character", "name", "citext"}
_PLAIN_BELOW = Decimal(10) ** 16
"""Larger doubles are written with an exponent."""
_MODIFIER = re.compile(r"\(.*?\)")


def read_column(
    name: str, declared_type: str, base_type: str, texts: Sequence[str | None], *, is_enum: bool = False
) -> Column:
    """`base_type` lies beneath any domain; `texts` are PostgreSQL's, in UTC and ISO dates."""
    plain = _MODIFIER.sub("", base_type).strip()
    kind, read = _reading(plain, is_scaled="(" in base_type, is_text=is_enum or plain in _TEXTS)
    distinct: dict[Hashable, Value] = {}
    by_text: dict[str, Value] = {}
    for text in texts:
        if text is not None and text not in by_text:
            value = read(text)
            by_text[text] = distinct.setdefault(value.order, value)
    values = [None if text is None else by_text[text] for text in texts]
    return Column(name, declared_type, kind, values, is_date=plain == "date")


def _reading(plain: str, *, is_scaled: bool, is_text: bool) -> tuple[Kind, Callable[[str], Value]]:
    readings: dict[str, tuple[Kind, Callable[[str], Value]]] = {
        **{name: (Kind.NUMBER, partial(_integer, width=width)) for name, width in _NUMBERS.items()},
        **{name: (Kind.NUMBER, partial(_float, width=width)) for name, width in _FLOATS.items()},
        "numeric": (Kind.NUMBER, partial(_numeric, is_scaled=is_scaled)),
        "boolean": (Kind.BOOLEAN, lambda text: Value(text, text == "true", 1)),
        "date": (Kind.MOMENT, partial(_moment, width=4)),
        "timestamp without time zone": (Kind.MOMENT, _timestamp),
        "timestamp with time zone": (Kind.MOMENT, _timestamp),
        "bytea": (Kind.OTHER, _bytes),
    }
    return readings.get(plain, (Kind.TEXT if is_text else Kind.OTHER, _text))


def _text(text: str) -> Value:
    return Value(text, text, len(text.encode()))


def _bytes(text: str) -> Value:
    """Shown is what tells them apart."""
    return _text("sha256:" + hashlib.sha256(bytes.fromhex(text.removeprefix("\\x"))).hexdigest())


def _integer(text: str, width: int) -> Value:
    return Value(text, int(text), width, int(text), float(text), Decimal(text))


def _float(text: str, width: int) -> Value:
    """Zero has no sign, and NaN is one value, larger than all others."""
    read = float if width == _FLOATS["double precision"] else _single
    number = read(text) + 0.0
    order = (math.isnan(number), 0 if math.isnan(number) else number)
    digits = _digits(text) if math.isfinite(number) else None
    return Value(Spells(number, read), order, width, number, number, digits)


def _digits(text: str) -> Decimal:
    """Of large doubles those that stand before the exponent."""
    number = Decimal(text)
    return number if abs(number) < _PLAIN_BELOW else Decimal((0, number.normalize().as_tuple().digits, 0))


def _single(text: str) -> float:
    """The double that a number of single precision is."""
    (number,) = struct.unpack("f", struct.pack("f", float(text)))
    return float(number)


def _numeric(text: str, *, is_scaled: bool) -> Value:
    """Shown as text, without zeros at the end where the type declares no scale; compared as a double."""
    shown = text if is_scaled or "." not in text else text.rstrip("0").rstrip(".")
    digits = Decimal(text)
    number = float(text)
    order = (math.isnan(number), 0 if math.isnan(number) else number, shown)
    return Value(shown, order, len(shown), number, number, digits if digits.is_finite() else None)


_MOMENT = re.compile(r"(\d+)-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?(?:\+00)?( BC)?")
_LATEST_TIMESTAMP = 290_000
"""The first year that is infinity to profiling: PostgreSQL's last timestamps are beyond those of other engines."""
_DAYS_OF_400_YEARS = 146_097
_FIRST_DAY = date(1, 1, 1)


def _timestamp(text: str) -> Value:
    year = text.partition("-")[0]
    is_late = year.isdecimal() and not text.endswith("BC") and int(year) >= _LATEST_TIMESTAMP
    return _moment("infinity" if is_late else text, 8)


def _moment(text: str, width: int) -> Value:
    """Days that are later than all time stamps stand behind infinity among equally frequent values."""
    if text.endswith("infinity"):
        point = (-math.inf if text.startswith("-") else math.inf, 0.0)
        return Value(text, point, width, point)
    found = _MOMENT.fullmatch(text)
    assert found, text
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micros = int((found[7] or "").ljust(6, "0"))
    era = " (BC)" if found[8] else ""
    point = (_days(1 - year if era else year, month, day), ((hour * 60 + minute) * 60 + second) * 1e6 + micros)
    clock = text.removesuffix(" BC").removesuffix("+00").partition(" ")[2]
    shown = text.partition(" ")[0] + era + (f" {clock}" if clock else "")
    on_calendar = not era and year <= 9999
    moment = datetime(year, month, day, hour, minute, second, micros, UTC) if on_calendar else None
    order = point if era or year < _LATEST_TIMESTAMP else (math.inf, 1.0, *point)
    return Value(shown, order, width, point, moment=moment)


def _days(year: int, month: int, day: int) -> int:
    """Since the first day of the year 1, in the calendar of today, whichever the year."""
    cycles, within = divmod(year - 1, 400)
    return cycles * _DAYS_OF_400_YEARS + (date(within + 1, month, day) - _FIRST_DAY) // timedelta(days=1)
