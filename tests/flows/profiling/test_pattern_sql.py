from collections.abc import Iterator, Sequence

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.rules.patterns import PATTERNS, is_well_formed
from flows.profiling.patterns import well_formed

EXAMPLES = (
    "ada@example.com", "ada@example", "a@b@c.de", "ada@example.com\n", "+49 (30) 123-4567", "0049/30.1234567",
    "1234567", "123456", "(030) 1234567", "https://example.com/a?b#c", "HTTP://x", "ftp://x", "https://",
    "https://a b", "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000g", "10.0.0.1",
    "256.0.0.1", "1.2.3", "::1", "2001:db8::8a2e:370:7334", "fe80::", "12:34", "00:1a:2B:3c:4d:5e",
    "00-1a-2B-3c-4d-5e", "00:1a:2B:3c:4d", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000",
    "DE88370400440532013000", " D E89370400440532013000", "GB82WEST12345698765432", "de89370400440532013000",
    "4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111112", " 4111111111111111", "378282246310005",
    "9111111111111111", "2024-02-29", "2024-13-01", "2024-2-1", "2024-01-01T10:00:00Z", "2024-01-01 10:00",
    "2024-01-01 10:00:00.5+02:00", "31.12.2024", "1/2/2024", "12/31/2024", "32/1/2024", "12345", "12345-6789",
    "SW1A 1AA", "K1A 0B1", "1012 AB", "00-950", "123 45", "DE", "de", "EUR", "EURO", "", " ", "\n", "é", "٣٤٥٦٧٨٩",
)  # fmt: skip
LOOKALIKES = st.text(alphabet="0123456789ABCDabcd@.:+-/ ()\néDEGB", max_size=40)
MATCHES = st.one_of([st.from_regex(pattern.regex) for pattern in PATTERNS.values()])


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def _found_by_sql(engine: duckdb.DuckDBPyConnection, values: Sequence[str]) -> list[set[str]]:
    tests = ", ".join(well_formed(pattern, "value") for pattern in PATTERNS.values())
    rows = engine.execute(f"SELECT {tests} FROM (SELECT unnest(?::VARCHAR[]) AS value)", [values]).fetchall()
    return [{name for name, matches in zip(PATTERNS, row, strict=True) if matches} for row in rows]


def _found_by_python(values: Sequence[str]) -> list[set[str]]:
    return [{name for name in PATTERNS if is_well_formed(name, value)} for value in values]


def test_sql_and_python_agree_on_examples(engine: duckdb.DuckDBPyConnection) -> None:
    for value, found in zip(EXAMPLES, _found_by_sql(engine, EXAMPLES), strict=True):
        assert (value, found) == (value, *_found_by_python([value]))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.lists(MATCHES | LOOKALIKES, max_size=30))
def test_sql_and_python_agree_on_anything(engine: duckdb.DuckDBPyConnection, values: list[str]) -> None:
    assert _found_by_sql(engine, values) == _found_by_python(values)
