"""Measurements through GraphQL: what profiling stores is what is shown."""

from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.fqn import Fqn
from domain.identity import Actor
from domain.profiles.model import (
    ColumnProfile,
    ColumnsTogether,
    DateFacts,
    Interval,
    Measured,
    Method,
    NumberFacts,
    Reading,
    TableProfile,
    TextFacts,
    ValueCount,
    ValueOrder,
)
from domain.profiles.together import Correlation, FunctionalDependency, NullCooccurrence, OrderedPair
from domain.runs.model import RunType
from tests.e2e.client import GraphQL
from tests.factories.assets import add_tables
from tests.factories.runs import request_run

pytestmark = pytest.mark.db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLED = Reading(Method.SAMPLED, 4, 100, seed=7)
FOUR, READING = Measured(4, Method.EXACT), Reading(Method.EXACT, 4, 4)
QUANTILES = {"0.25": 1.0, "0.5": 2.0, "0.75": 4.5}
NUMBERS = NumberFacts(
    min=1,
    max=5,
    mean=3,
    sum=12,
    standard_deviation=1.5,
    quantiles=QUANTILES,
    histogram=(),
    zeros=0,
    negatives=0,
    outliers=0,
    is_integer=False,
    integers=3,
    skewness=-0.5,
    kurtosis=1.25,
    significant_digits=2,
    decimal_places=1,
)
TEXT = TextFacts(
    min_length=1,
    max_length=3,
    mean_length=2,
    empty=0,
    blank=0,
    padded=1,
    patterns={},
    shapes=(ValueCount("a", 3, 0.75),),
    leading_space=1,
    trailing_space=0,
    missing_tokens=(ValueCount("n/a", 1, 0.25),),
    cases={"lower": 0.75, "none": 0.25},
    scripts={"latin": 0.75},
)
DATES = DateFacts(NOW, NOW, 0, 0, 0.0, 1, (4, 0, 0, 0, 0, 0, 0), (0,) * 24, 7, 5)
QUERY = """query ($fqn: Fqn!) { asset(fqn: $fqn) { profile { ... on TableProfile { columns {
  name entropy order isNearConstant isCandidateKey top { value share }
  numbers { integers variance interquartileRange skewness kurtosis significantDigits decimalPlaces }
  text { leadingSpace trailingSpace missingTokens { value count share } cases { name share } scripts { name share }
    shapes { value share } }
  dates { atMidnight weekdays hours missingDays longestGapDays } } } } } }"""


def column(name: str, **facts: object) -> ColumnProfile:
    return ColumnProfile(name, "text", READING, 4, 0, distinct=FOUR, unique_once=FOUR, actual_types={}, **facts)  # type: ignore[arg-type]


async def profiled(
    domain: Domain, actor: Actor, *columns: ColumnProfile, together: ColumnsTogether | None = None
) -> Fqn:
    """A table with one profile, of these columns."""
    (table,) = await add_tables(domain, actor, "card")
    run = await request_run(domain, actor, RunType.PROFILING, table)
    await domain.items.open_items(actor, run.id)
    profile = TableProfile(table, NOW, FOUR, READING, columns, together=together)
    await domain.items.finish_profiled(actor, run.id, profile)
    return table


@pytest.fixture
async def card(domain: Domain, actor: Actor, bank: DataConnection) -> Fqn:
    return await profiled(
        domain,
        actor,
        column("amount", numbers=NUMBERS, entropy=2.0, order=ValueOrder.ASCENDING),
        column("code", text=TEXT, top=(ValueCount("x", 4, 1.0),)),
        column("at", dates=DATES),
    )


async def test_each_kind_of_column_shows_its_facts(api: GraphQL, card: Fqn) -> None:
    found = (await api.ask(QUERY, fqn=str(card)))["asset"]["profile"]["columns"]

    amount, code, at = found
    assert amount == {
        "name": "amount",
        "entropy": 2.0,
        "order": "ASCENDING",
        "isNearConstant": False,
        "isCandidateKey": True,
        "top": [],
        "numbers": {
            "integers": 3,
            "variance": 2.25,
            "interquartileRange": 3.5,
            "skewness": -0.5,
            "kurtosis": 1.25,
            "significantDigits": 2,
            "decimalPlaces": 1,
        },
        "text": None,
        "dates": None,
    }
    assert (code["isNearConstant"], code["order"], code["top"]) == (True, None, [{"value": "x", "share": 1.0}])
    assert code["text"] == {
        "leadingSpace": 1,
        "trailingSpace": 0,
        "missingTokens": [{"value": "n/a", "count": 1, "share": 0.25}],
        "cases": [{"name": "lower", "share": 0.75}, {"name": "none", "share": 0.25}],
        "scripts": [{"name": "latin", "share": 0.75}],
        "shapes": [{"value": "a", "share": 0.75}],
    }
    assert at["dates"] == {
        "atMidnight": 1,
        "weekdays": [4, 0, 0, 0, 0, 0, 0],
        "hours": [0] * 24,
        "missingDays": 7,
        "longestGapDays": 5,
    }


async def test_each_number_tells_how_it_was_got_and_how_far_it_can_be_trusted(
    api: GraphQL, domain: Domain, actor: Actor, bank: DataConnection
) -> None:
    exact = column("whole")
    sampled = replace(exact, name="part", reading=SAMPLED, intervals={"completeness": Interval(0.7, 1.0)})
    table = await profiled(domain, actor, exact, sampled)

    found = (
        await api.ask(
            """query ($fqn: Fqn!) { asset(fqn: $fqn) { profile { ... on TableProfile { columns {
              measurements { metric value method rowsRead population low high } } } } } }""",
            fqn=str(table),
        )
    )["asset"]["profile"]["columns"]

    whole, part = [{one.pop("metric"): one for one in of["measurements"]} for of in found]
    read = {"method": "EXACT", "rowsRead": 4, "population": 4}
    assert whole == {
        "completeness": {"value": 1.0, **read, "low": 1.0, "high": 1.0},
        "distinct": {"value": 4.0, **read, "low": 4.0, "high": 4.0},
        "unique_once": {"value": 4.0, **read, "low": 4.0, "high": 4.0},
        "uniqueness": {"value": 1.0, **read, "low": 1.0, "high": 1.0},
    }
    read = {"method": "SAMPLED", "rowsRead": 4, "population": 100}
    assert part["completeness"] == {"value": 1.0, **read, "low": 0.7, "high": 1.0}
    assert part["unique_once"] == {"value": 4.0, **read, "low": None, "high": None}


TOGETHER = """query ($fqn: Fqn!) { asset(fqn: $fqn) { profile { ... on TableProfile {
  functionalDependencies { determinants dependent rows violations violationRate reading { ...How } }
  correlations { columns rows pearson spearman reading { ...How } }
  nullCooccurrence { columns nulls both share firstImpliesSecond secondImpliesFirst reading { ...How } }
  orderedPairs { first last rows share strictShare reading { ...How } } } } } }
fragment How on Reading { method rowsRead population seed }"""


async def test_what_columns_do_together_is_shown_with_the_rows_behind_it(
    api: GraphQL, domain: Domain, actor: Actor, bank: DataConnection
) -> None:
    found = ColumnsTogether(
        SAMPLED,
        (FunctionalDependency(("zip", "street"), "city", 40, 2),),
        (Correlation(("a", "b"), 40, 0.5),),
        (NullCooccurrence(("a", "b"), (4, 5), 3),),
        (OrderedPair("start", "end", 40, 39, 30),),
    )
    table = await profiled(domain, actor, column("a"), together=found)

    profile = (await api.ask(TOGETHER, fqn=str(table)))["asset"]["profile"]

    reading = {"method": "SAMPLED", "rowsRead": 4, "population": 100, "seed": 7}
    assert profile == {
        "functionalDependencies": [
            {
                "determinants": ["zip", "street"],
                "dependent": "city",
                "rows": 40,
                "violations": 2,
                "violationRate": 0.05,
                "reading": reading,
            }
        ],
        "correlations": [{"columns": ["a", "b"], "rows": 40, "pearson": 0.5, "spearman": None, "reading": reading}],
        "nullCooccurrence": [
            {
                "columns": ["a", "b"],
                "nulls": [4, 5],
                "both": 3,
                "share": 0.5,
                "firstImpliesSecond": 0.75,
                "secondImpliesFirst": 0.6,
                "reading": reading,
            }
        ],
        "orderedPairs": [
            {"first": "start", "last": "end", "rows": 40, "share": 0.975, "strictShare": 0.75, "reading": reading}
        ],
    }


async def test_a_profile_from_before_columns_were_compared_shows_no_findings(
    api: GraphQL, card: Fqn, sql: asyncpg.Connection
) -> None:
    await sql.execute("UPDATE table_profile SET body = body - 'together'")

    profile = (await api.ask(TOGETHER, fqn=str(card)))["asset"]["profile"]

    assert profile == {"functionalDependencies": [], "correlations": [], "nullCooccurrence": [], "orderedPairs": []}


async def test_a_profile_from_before_a_fact_was_measured_shows_none_of_it(
    api: GraphQL, card: Fqn, sql: asyncpg.Connection
) -> None:
    await sql.execute(
        """UPDATE column_profile SET body = (body - 'entropy' - 'order') || jsonb_build_object('numbers',
             (body -> 'numbers') - ARRAY['integers', 'skewness', 'kurtosis', 'significant_digits', 'decimal_places'])
            WHERE name = 'amount'"""
    )

    found = (await api.ask(QUERY, fqn=str(card)))["asset"]["profile"]["columns"]

    assert (found[0]["entropy"], found[0]["order"]) == (None, None)
    assert found[0]["numbers"] == {
        "integers": None,
        "variance": 2.25,
        "interquartileRange": 3.5,
        "skewness": None,
        "kurtosis": None,
        "significantDigits": None,
        "decimalPlaces": None,
    }
