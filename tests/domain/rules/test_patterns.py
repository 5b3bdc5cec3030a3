import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.patterns import PATTERNS, is_well_formed

GOOD = {
    "email": ["a@example.org", "first.last+tag@sub.example.co.uk", "o'neil@example.org"],
    "phone": ["+49 (0)30 123456-7", "0044 20 7946 0018", "555.123.4567"],
    "url": ["https://example.org", "HTTP://example.org/a?b#c"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000"],
    "ipv4": ["0.0.0.0", "255.255.255.255", "192.168.1.10"],
    "ipv6": ["::1", "2001:db8::8a2e:370:7334", "fe80:0:0:0:0:0:0:1"],
    "mac_address": ["00:1A:2b:3c:4D:5e", "00-1a-2b-3c-4d-5e"],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947"],
    "card": ["4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011111111111117"],
    "iso_date": ["2020-02-29", "1999-12-31"],
    "iso_timestamp": ["2020-01-01T00:00:00Z", "2020-01-01 23:59:59.123+02:00"],
    "day_first_date": ["31.12.2020", "1/2/2020"],
    "month_first_date": ["12/31/2020"],
    "postal_code": ["10115", "90210-1234", "SW1A 1AA", "K1A 0B1", "1012 AB", "00-950", "110 00"],
    "country_code": ["DE"],
    "currency_code": ["EUR"],
}
BAD = {
    "email": ["a@b", "@example.org", "a b@example.org", "a@example..org", "a@-example.org", "a@example.org\n", ""],
    "phone": ["12345", "+1234567890123456", "call me"],
    "url": ["ftp://example.org", "example.org", "https://"],
    "uuid": ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"],
    "ipv4": ["256.1.1.1", "1.1.1", "01.1.1.1"],
    "ipv6": [":::", "12345::", "1:2:3:4:5:6:7:8:9:10"],
    "mac_address": ["00:1A:2B:3C:4D", "001A2B3C4D5E"],
    "iban": ["DE89 3704 0044 0532 0130 01", "DE98370400440532013000", "de89370400440532013000", "DE89"],
    "card": ["4111 1111 1111 1112", "1111111111111117", "41111"],
    "iso_date": ["2020-13-01", "2020-1-1", "2020-01-32"],
    "iso_timestamp": ["2020-01-01", "2020-01-01T24:00:00"],
    "day_first_date": ["12/31/2020", "32.01.2020"],
    "month_first_date": ["31/12/2020"],
    "postal_code": ["123", "1234567", "ABC"],
    "country_code": ["de", "DEU"],
    "currency_code": ["EU", "eur"],
}


def _cases(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in table.items() for value in values]


@pytest.mark.parametrize(("name", "value"), _cases(GOOD))
def test_well_formed_value_is_recognised(name: str, value: str) -> None:
    assert is_well_formed(name, value)


@pytest.mark.parametrize(("name", "value"), _cases(BAD))
def test_malformed_value_is_not(name: str, value: str) -> None:
    assert not is_well_formed(name, value)


def test_every_pattern_has_good_and_bad_values() -> None:
    assert set(GOOD) == set(BAD) == set(PATTERNS)


@given(st.text("0123456789", min_size=13, max_size=18), st.data())
def test_one_changed_digit_is_always_noticed(body: str, data: st.DataObject) -> None:
    valid = next(number for digit in string.digits if is_well_formed("card", number := f"4{body[1:]}{digit}"))
    place = data.draw(st.integers(1, len(valid) - 1))
    other = data.draw(st.sampled_from([digit for digit in string.digits if digit != valid[place]]))

    assert not is_well_formed("card", valid[:place] + other + valid[place + 1 :])


@given(st.text(string.ascii_uppercase + string.digits, min_size=11, max_size=30), st.sampled_from(["DE", "GB", "ES"]))
def test_iban_has_exactly_one_pair_of_check_digits(account: str, country: str) -> None:
    valid = [check for check in range(2, 99) if is_well_formed("iban", f"{country}{check:02}{account}")]

    assert len(valid) == 1
