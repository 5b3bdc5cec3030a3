from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.scalars import SCALARS, BigInt
from domain.errors import Invalid
from domain.fqn import Fqn


def read(scalar: object, value: object) -> object:
    parse = SCALARS[scalar].parse_value
    assert parse
    return parse(value)


def write(scalar: object, value: object) -> object:
    serialize = SCALARS[scalar].serialize
    assert serialize
    return serialize(value)


@pytest.mark.parametrize(
    ("scalar", "value", "message"),
    [
        (Fqn, 'a."b', "never closed"),
        (Fqn, 7, "A Fqn is written as a string"),
        (datetime, "2026-11-23T09:30:00", "has an offset"),
        (datetime, "yesterday", "is written like"),
        (datetime, 1, "is written as a string"),
        (Decimal, "NaN", "is finite"),
        (Decimal, "1,5", "is written like"),
        (Decimal, 1.5, "is written as a string"),
        (BigInt, 2**63, "at most 64 bits"),
        (BigInt, True, "a whole number"),
        (BigInt, "7", "a whole number"),
    ],
)
def test_what_a_scalar_cannot_be_is_refused_with_the_way_out(scalar: object, value: object, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read(scalar, value)


def test_time_is_read_with_any_offset_and_shown_in_utc() -> None:
    moment = datetime(2026, 11, 23, 10, 30, tzinfo=timezone(timedelta(hours=1)))

    assert read(datetime, "2026-11-23T10:30:00+01:00") == moment
    assert write(datetime, moment) == "2026-11-23T09:30:00+00:00"


@given(st.datetimes(timezones=st.just(UTC)))
def test_time_survives_the_way_out_and_in(moment: datetime) -> None:
    assert read(datetime, write(datetime, moment)) == moment


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_decimal_survives_the_way_out_and_in_and_never_has_an_exponent(number: Decimal) -> None:
    text = write(Decimal, number)

    assert "E" not in str(text)
    assert read(Decimal, text) == number
