from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.fqn import Fqn
from domain.rules.model import KINDS, Outcome, RuleDefinition, RuleKind, judge, meaning
from domain.rules.parameters import Parameter

TABLE = Fqn.of("s", "d", "public", "card")
PARENT = "s.d.public.account"

IN_WORDS: Sequence[tuple[RuleKind, Sequence[str], Mapping[str, Parameter], str]] = [
    (RuleKind.NOT_NULL, ["iban"], {}, "iban has a value."),
    (RuleKind.UNIQUE, ["bank", "iban"], {}, "No two rows share the same bank and iban."),
    (RuleKind.ACCEPTED_VALUES, ["state"], {"values": ["on", "off"]}, "state is one of on, off."),
    (RuleKind.VALUE_RANGE, ["rate"], {"min": 0, "max": 100}, "rate is between 0 and 100."),
    (RuleKind.VALUE_RANGE, ["rate"], {"min": 0}, "rate is at least 0."),
    (RuleKind.VALUE_RANGE, ["opened"], {"max": "2030-12-31"}, "opened is at most 2030-12-31."),
    (RuleKind.TEXT_LENGTH, ["code"], {"min": 3, "max": 3}, "code has exactly 3 characters."),
    (
        RuleKind.MATCHES_PATTERN,
        ["iban"],
        {"pattern": "iban"},
        "iban is well-formed: an IBAN with right check digits.",
    ),
    (RuleKind.NOT_BLANK, ["name"], {}, "name is not blank."),
    (RuleKind.NOT_IN_FUTURE, ["born"], {}, "born is not in the future."),
    (RuleKind.ORDERED_PAIR, ["opened", "closed"], {}, "opened is not after (not greater than) closed."),
    (
        RuleKind.REFERENCE_EXISTS,
        ["account"],
        {"referenced_table": PARENT, "referenced_columns": ["id"]},
        "account exists in id of s.d.public.account.",
    ),
    (RuleKind.ROW_COUNT, [], {"min": 1}, "The number of rows is at least 1."),
    (RuleKind.FRESHNESS, ["at"], {"max_age_seconds": 172_800}, "The newest at is at most 2 days old."),
    (RuleKind.FRESHNESS, ["at"], {"max_age_seconds": 90}, "The newest at is at most 90 seconds old."),
    (RuleKind.NO_OUTLIERS, ["amount"], {"min": -5, "max": 7.5}, "amount is no outlier: it is between -5 and 7.5."),
    (RuleKind.READS_AS, ["ounces"], {"type": "number"}, "ounces can be read as a number."),
    (RuleKind.HAS_SHAPE, ["code"], {"shapes": ["AA-99"]}, "code is written like AA-99."),
    (
        RuleKind.NO_MISSING_TOKENS,
        ["ibu"],
        {"tokens": ["n/a", "null"]},
        "ibu holds no stand-in for a missing value (n/a, null).",
    ),
    (RuleKind.NO_STRAY_SPACE, ["name"], {}, "name neither begins nor ends with white space."),
    (RuleKind.FUNCTIONAL_DEPENDENCY, ["zip", "city"], {}, "Rows with the same zip have the same city."),
]


@pytest.mark.parametrize(("kind", "columns", "parameters", "words"), IN_WORDS)
def test_rule_says_what_it_means(
    kind: RuleKind, columns: Sequence[str], parameters: Mapping[str, Parameter], words: str
) -> None:
    assert meaning(RuleDefinition(kind, TABLE, tuple(columns), parameters)) == words


def test_every_kind_is_said_in_words() -> None:
    assert {kind for kind, *_ in IN_WORDS} == set(RuleKind) == set(KINDS)


def test_words_tell_the_threshold_and_what_becomes_of_nulls() -> None:
    rule = RuleDefinition(RuleKind.NOT_BLANK, TABLE, ("name",), threshold=Decimal("0.995"), ignores_nulls=False)

    assert meaning(rule) == "name is not blank, in at least 99.5 % of the rows; a missing value fails."


def test_words_hold_braces_of_a_name_as_they_are() -> None:
    assert meaning(RuleDefinition(RuleKind.NOT_NULL, TABLE, ("{columns}",))) == "{columns} has a value."


REFUSED: Sequence[tuple[str, RuleKind, Sequence[str], Mapping[str, Parameter], str]] = [
    ("too many columns", RuleKind.NOT_NULL, ["a", "b"], {}, "columns"),
    ("a column twice", RuleKind.UNIQUE, ["a", "a"], {}, "columns"),
    ("parameter missing", RuleKind.MATCHES_PATTERN, ["a"], {}, "parameters"),
    ("parameter null", RuleKind.MATCHES_PATTERN, ["a"], {"pattern": None}, "parameters"),
    ("unknown parameter", RuleKind.NOT_NULL, ["a"], {"min": 1}, "parameters"),
    ("no bound", RuleKind.VALUE_RANGE, ["a"], {"min": None}, "parameters"),
    ("unknown pattern", RuleKind.MATCHES_PATTERN, ["a"], {"pattern": "shoe_size"}, "pattern"),
    ("unknown type", RuleKind.READS_AS, ["a"], {"type": "poem"}, "type"),
    ("bounds crossed", RuleKind.VALUE_RANGE, ["a"], {"min": 2, "max": 1}, "max"),
    ("dates crossed", RuleKind.VALUE_RANGE, ["a"], {"min": "2020-01-02", "max": "2020-01-01"}, "max"),
    ("number and date", RuleKind.VALUE_RANGE, ["a"], {"min": 1, "max": "2020-01-01"}, "max"),
    ("no date", RuleKind.VALUE_RANGE, ["a"], {"min": "yesterday"}, "min"),
    ("not finite", RuleKind.VALUE_RANGE, ["a"], {"min": float("nan")}, "min"),
    ("boolean bound", RuleKind.VALUE_RANGE, ["a"], {"min": True}, "min"),
    ("half a character", RuleKind.TEXT_LENGTH, ["a"], {"max": 1.5}, "min"),
    ("less than nothing", RuleKind.ROW_COUNT, [], {"min": -1}, "min"),
    ("empty list", RuleKind.ACCEPTED_VALUES, ["a"], {"values": []}, "values"),
    ("no list", RuleKind.ACCEPTED_VALUES, ["a"], {"values": "on"}, "values"),
    ("NUL", RuleKind.ACCEPTED_VALUES, ["a"], {"values": ["\0"]}, "values"),
    ("half a pair", RuleKind.ACCEPTED_VALUES, ["a"], {"values": ["\ud800"]}, "values"),
    ("no age", RuleKind.FRESHNESS, ["a"], {"max_age_seconds": 0}, "max_age_seconds"),
    (
        "parent is a schema",
        RuleKind.REFERENCE_EXISTS,
        ["a"],
        {"referenced_table": "s.d.public", "referenced_columns": ["id"]},
        "referenced_table",
    ),
    (
        "two for one",
        RuleKind.REFERENCE_EXISTS,
        ["a"],
        {"referenced_table": PARENT, "referenced_columns": ["id", "no"]},
        "referenced_columns",
    ),
]


@pytest.mark.parametrize(
    ("kind", "columns", "parameters", "field"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_nonsense_is_refused_and_the_field_is_named(
    kind: RuleKind, columns: Sequence[str], parameters: Mapping[str, Parameter], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        RuleDefinition(kind, TABLE, tuple(columns), parameters)

    assert refusal.value.problems[0].path == field


def test_rule_scores_the_dimension_of_its_kind_unless_it_says_otherwise() -> None:
    assert RuleDefinition(RuleKind.UNIQUE, TABLE, ("a",)).dimension == "uniqueness"
    assert RuleDefinition(RuleKind.UNIQUE, TABLE, ("a",), dimension="integrity").dimension == "integrity"


def test_one_column_rule_judges_the_column_and_any_other_the_table() -> None:
    assert RuleDefinition(RuleKind.NOT_NULL, TABLE, ("a",)).asset == TABLE.child("a")
    assert RuleDefinition(RuleKind.ORDERED_PAIR, TABLE, ("a", "b")).asset == TABLE


def test_signature_leaves_bounds_out_and_keeps_what_is_compared_with() -> None:
    narrow, wide = (RuleDefinition(RuleKind.VALUE_RANGE, TABLE, ("a",), {"min": low}) for low in (0, 1))
    email, iban = (RuleDefinition(RuleKind.MATCHES_PATTERN, TABLE, ("a",), {"pattern": p}) for p in ("email", "iban"))

    assert narrow.signature == wide.signature
    assert email.signature != iban.signature


@given(evaluated=st.integers(0, 10**12), threshold=st.decimals("0.001", 1, places=3), data=st.data())
def test_rule_passes_exactly_when_the_passing_share_reaches_the_threshold(
    evaluated: int, threshold: Decimal, data: st.DataObject
) -> None:
    failed = data.draw(st.integers(0, evaluated))
    rule = RuleDefinition(RuleKind.NOT_NULL, TABLE, ("a",), threshold=threshold)

    passes = (evaluated - failed) >= threshold * evaluated

    assert judge(rule, evaluated, failed) is (Outcome.PASSED if passes else Outcome.FAILED)
