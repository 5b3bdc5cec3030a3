"""Rules that are asked in the SQL of a warehouse count what plain Python counts, or are refused with the reason.

Stand-ins answer: DuckDB, once sqlglot has read the statement in the engine's own SQL.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from domain.connections.model import ConnectionKind
from domain.rules.model import RuleDefinition, RuleKind
from flows.assessment.evaluate import evaluate
from flows.sources.warehouses.engines import WAREHOUSES
from tests.flows.assessment import plain
from tests.flows.assessment.scratch import OBSERVED_AT
from tests.flows.assessment.test_equivalence import ROWS, rules_on
from tests.flows.sources.engines import InWarehouse, opened

_TAKES_PATTERNS = frozenset(
    {RuleKind.VALUE_RANGE, RuleKind.NO_OUTLIERS, RuleKind.MATCHES_PATTERN, RuleKind.READS_AS, RuleKind.HAS_SHAPE}
)
EngineOf = Callable[[ConnectionKind], InWarehouse]


def _refused(kind: ConnectionKind) -> frozenset[RuleKind]:
    """Of texts: two of them may be moments with a zone; numbers are told by a pattern."""
    patterns = frozenset() if WAREHOUSES[kind].spelling.has_regular_expressions else _TAKES_PATTERNS
    return patterns | {RuleKind.ORDERED_PAIR}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("kind", WAREHOUSES)
@given(rows=ROWS)
async def test_rules_count_what_plain_python_counts(
    kind: ConnectionKind, engine_of: EngineOf, rows: list[tuple[str | None, str | None]]
) -> None:
    engine = engine_of(kind)
    await engine.make("subject", {"a": "varchar", "b": "varchar"}, rows)
    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("subject"))
        rules, in_memory = rules_on(table.fqn), [dict(zip("ab", row, strict=True)) for row in rows]
        found = await evaluate(source, table, rules, OBSERVED_AT)

    refused = {rule.kind: each.error or "" for rule, each in zip(rules, found, strict=True) if each.error}
    assert refused.keys() == _refused(kind)
    assert all(
        reason.startswith(f"{WAREHOUSES[kind].label} cannot be asked this: it takes ") for reason in refused.values()
    )
    counted = [
        (rule.kind, rule.columns, each.evaluated, each.failed)
        for rule, each in zip(rules, found, strict=True)
        if not each.error
    ]
    assert counted == [
        (rule.kind, rule.columns, *plain.count(rule, in_memory)) for rule in rules if rule.kind not in refused
    ]


TYPED = """
CREATE TABLE shop.{0}.parent (id integer PRIMARY KEY);
CREATE TABLE shop.{0}.typed (id integer PRIMARY KEY, day timestamp, seen timestamptz, price decimal(10, 2),
    ratio double, born date, ok boolean, parent integer);
INSERT INTO shop.{0}.parent VALUES (1), (2);
INSERT INTO shop.{0}.typed VALUES
    (1, '2020-01-01', '2020-01-01 00:30:00+01', 1.50, 'NaN', '2020-02-29', true, 1),
    (2, '2020-02-02', '2127-01-01 00:00:00+00', 2.50, 0.5, '2127-01-01', false, 3),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
"""


@pytest.mark.parametrize("kind", WAREHOUSES)
@pytest.mark.parametrize(
    ("rule", "column", "parameters", "keys"),
    [
        (RuleKind.NOT_IN_FUTURE, "seen", {}, ["2"]),
        (RuleKind.NOT_IN_FUTURE, "born", {}, ["2"]),
        (RuleKind.VALUE_RANGE, "day", {"max": "2020-01-01"}, ["2"]),
        (RuleKind.VALUE_RANGE, "seen", {"min": "2020-01-01"}, ["1"]),
        (RuleKind.VALUE_RANGE, "price", {"min": 2}, ["1"]),
        (RuleKind.VALUE_RANGE, "ratio", {"max": 1}, ["1"]),
        (RuleKind.ACCEPTED_VALUES, "ok", {"values": ["true"]}, ["2"]),
        (RuleKind.UNIQUE, "id", {}, []),
    ],
)  # fmt: skip
async def test_rules_read_the_types_of_each_engine(
    kind: ConnectionKind,
    engine_of: EngineOf,
    rule: RuleKind,
    column: str,
    parameters: dict[str, object],
    keys: list[str],
) -> None:
    engine = engine_of(kind)
    engine.stand_in.owner.execute(TYPED.format(f'"{engine.schema.name}"'))
    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("typed"))
        asked = RuleDefinition(rule, table.fqn, (column,), parameters)  # type: ignore[arg-type]  # as read

        (found,) = await evaluate(source, table, [asked], OBSERVED_AT)

    assert (found.error, found.failed) == (None, len(keys))
    has_keys = bool(WAREHOUSES[kind].catalogue.keys)
    assert [key["id"] for key in found.failing_keys] == (keys if has_keys else [])


@pytest.mark.parametrize("kind", WAREHOUSES)
async def test_orphans_are_found(kind: ConnectionKind, engine_of: EngineOf) -> None:
    engine = engine_of(kind)
    engine.stand_in.owner.execute(TYPED.format(f'"{engine.schema.name}"'))
    parameters = {"referenced_table": str(engine.schema.child("parent")), "referenced_columns": ["id"]}
    async with opened(engine) as source:
        table = await source.describe_table(engine.schema.child("typed"))
        rule = RuleDefinition(RuleKind.REFERENCE_EXISTS, table.fqn, ("parent",), parameters)  # type: ignore[arg-type]  # as read

        (found,) = await evaluate(source, table, [rule], OBSERVED_AT)

    assert (found.error, found.evaluated, found.failed) == (None, 2, 1)
