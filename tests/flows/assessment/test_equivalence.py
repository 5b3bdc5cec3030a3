import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.fqn import Fqn
from domain.rules.model import Outcome, RuleDefinition, RuleKind
from flows.assessment.evaluate import evaluate
from tests.flows.assessment import plain
from tests.flows.assessment.scratch import OBSERVED_AT, Scratch

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

_TOKENS = [
    *("", " ", "\u00a0", "n/a", "N/A ", "x", "X", " x", "Ä", "表", "'", "\\", "NaN", "1_0", "\u0661"),
    *("1", " 2", "-3.5", "1e2", ".5", "9.", "AB-12", "ab-1", "2020-02-29", "2021-02-29", "2020-03-01"),
    *("me@example.org", "me@"),
]
_VALUES = st.one_of(
    st.none(),
    st.sampled_from(_TOKENS),
    st.text(max_size=6).filter(lambda text: "\0" not in text),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
)
ROWS = st.lists(st.tuples(_VALUES, st.sampled_from([None, "", "x", "y", "7"])), max_size=25)


def rules_on(table: Fqn) -> list[RuleDefinition]:
    one, two = ("a",), ("b", "a")
    bounds = {"min": -10, "max": 100}
    return [
        RuleDefinition(RuleKind.NOT_NULL, table, one),
        RuleDefinition(RuleKind.NOT_BLANK, table, one),
        RuleDefinition(RuleKind.UNIQUE, table, one),
        RuleDefinition(RuleKind.UNIQUE, table, two),
        RuleDefinition(RuleKind.ACCEPTED_VALUES, table, one, {"values": ["x", "'", "\\", ""]}),
        RuleDefinition(RuleKind.VALUE_RANGE, table, one, bounds),
        RuleDefinition(RuleKind.NO_OUTLIERS, table, one, bounds),
        RuleDefinition(RuleKind.TEXT_LENGTH, table, one, {"min": 1, "max": 3}),
        RuleDefinition(RuleKind.MATCHES_PATTERN, table, one, {"pattern": "email"}),
        RuleDefinition(RuleKind.ORDERED_PAIR, table, two),
        RuleDefinition(RuleKind.READS_AS, table, one, {"type": "number"}),
        RuleDefinition(RuleKind.HAS_SHAPE, table, one, {"shapes": ["AA-99", "a"]}),
        RuleDefinition(RuleKind.NO_MISSING_TOKENS, table, one, {"tokens": ["n/a"]}),
        RuleDefinition(RuleKind.NO_STRAY_SPACE, table, one),
        RuleDefinition(RuleKind.FUNCTIONAL_DEPENDENCY, table, ("b", "a")),
        RuleDefinition(RuleKind.FUNCTIONAL_DEPENDENCY, table, ("a", "b")),
    ]


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
async def test_evaluation_counts_what_plain_python_counts(
    rows: list[tuple[str | None, str | None]], scratch: Scratch
) -> None:
    table = await scratch.table({"a": "text", "b": "text"}, rows)
    rules, in_memory = rules_on(table.fqn), [dict(zip("ab", row, strict=True)) for row in rows]

    found = await evaluate(scratch.source, table, rules, OBSERVED_AT)

    assert {each.error for each in found} == {None}
    counted = [(rule.kind, rule.columns, each.evaluated, each.failed) for rule, each in zip(rules, found, strict=True)]
    assert counted == [(rule.kind, rule.columns, *plain.count(rule, in_memory)) for rule in rules]
    assert all((each.outcome is Outcome.PASSED) == (each.failed == 0) for each in found)
