import string

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.rules.patterns import PATTERNS, is_well_formed
from flows.assessment import pattern_sql
from flows.sources.dialect import POSTGRESQL, Dialect
from flows.sources.duckdb_dialect import DuckDbDialect
from tests.flows.assessment.scratch import Scratch

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

_NEAR = st.one_of(
    *(st.from_regex(pattern.regex, fullmatch=True) for pattern in PATTERNS.values()),
    st.text(string.digits, min_size=12, max_size=19),
    st.text(string.ascii_uppercase + string.digits + " -", max_size=24),
    st.text(max_size=12),
).filter(lambda text: "\0" not in text and text.isprintable())


def statement(dialect: Dialect, name: str, texts: list[str]) -> str:
    values = ", ".join(f"({place}, {dialect.text_literal(text)})" for place, text in enumerate(texts))
    condition = pattern_sql.is_well_formed(name, dialect.text("value", "text"), dialect)
    return f"SELECT ({condition}) AS answer FROM (VALUES {values}) AS given(place, value) ORDER BY place"


async def in_sql(scratch: Scratch, name: str, texts: list[str]) -> list[bool]:
    rows = await scratch.source.fetch(statement(POSTGRESQL, name, texts))
    return [row["answer"] for row in rows]


def in_duckdb(name: str, texts: list[str]) -> list[bool]:
    return [answer for (answer,) in duckdb.execute(statement(DuckDbDialect(), name, texts)).fetchall()]


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(_NEAR, min_size=1, max_size=30))
async def test_sql_and_python_agree_on_every_pattern(texts: list[str], scratch: Scratch) -> None:
    for name in PATTERNS:
        expected = [is_well_formed(name, text) for text in texts]
        assert await in_sql(scratch, name, texts) == expected, name
        assert in_duckdb(name, texts) == expected, name


@settings(max_examples=20, deadline=None)
@given(numbers=st.lists(st.text("0123456789", min_size=12, max_size=18), min_size=1, max_size=20))
async def test_luhn_holds_for_exactly_one_last_digit(numbers: list[str], scratch: Scratch) -> None:
    cards = ["4" + number[1:] + digit for number in numbers for digit in string.digits]

    answers = await in_sql(scratch, "card", cards)

    assert answers == in_duckdb("card", cards)
    assert [sum(answers[place : place + 10]) for place in range(0, len(answers), 10)] == [1] * len(numbers)
