"""Each kind is proposed where the evidence speaks for it, dirt included, and nowhere else."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.assets.model import AssetField, ForeignKey, FoundColumn
from domain.fqn import Fqn
from domain.profiles.model import ColumnsTogether, InferredRelationship
from domain.profiles.together import OrderedPair
from domain.rules.model import RuleDefinition, RuleKind
from flows.rulegen.candidates import candidates
from flows.rulegen.completeness import MISSING_TOKENS
from flows.rulegen.sample_rows import SampleRows
from tests.flows.rulegen.measured import OBSERVED_AT, Values, found_table, profile_of

ROWS = 1_000
IBANS = ["DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947", "FR1420041010050500013M02606"]
TODAY = OBSERVED_AT.date()
PARENT = Fqn.of("s", "d", "public", "parent")


def proposed(
    columns: Mapping[str, tuple[str, Values]], fields: Mapping[str, Mapping[AssetField, str]] | None = None
) -> dict[tuple[RuleKind, tuple[str, ...]], RuleDefinition]:
    table = found_table({name: kind for name, (kind, _) in columns.items()})
    values = {name: given for name, (_, given) in columns.items()}
    rows = SampleRows({name: tuple(None if v is None else str(v) for v in given) for name, given in values.items()})
    found = candidates(table, profile_of(table, values), fields or {}, rows)
    return {(each.definition.kind, each.definition.columns): each.definition for each in found}


def dirty(good: Sequence[object], bad: object, share: float) -> list[object]:
    """ROWS values, of which this share is bad, spread evenly."""
    step = round(1 / share)
    return [bad if place % step == 0 else good[place % len(good)] for place in range(ROWS)]


def shuffled(values: Sequence[object]) -> list[object]:
    mixed = list(values)
    random.Random(7).shuffle(mixed)
    return mixed


NUMBERS = [f"{place:05}" for place in range(ROWS)]
DAYS = [TODAY - timedelta(days=place) for place in range(1, ROWS + 1)]

FOUND = [
    ("98 % complete", RuleKind.NOT_NULL, "note", "text", dirty(["x", "y"], None, 0.02), {}),
    ("96 % of the e-mails", RuleKind.NOT_NULL, "email", "text", dirty(["a@b.org", "c@d.org"], None, 0.04), {}),
    ("a few blanks", RuleKind.NOT_BLANK, "note", "text", dirty(["x", "y"], " ", 0.01), {}),
    ("n/a", RuleKind.NO_MISSING_TOKENS, "ibu", "text", dirty(["1", "2"], "N/A", 0.4), {"tokens": list(MISSING_TOKENS)}),
    ("one key twice", RuleKind.UNIQUE, "subject_id", "integer", [*range(ROWS - 1), 5], {}),
    ("97 % IBANs", RuleKind.MATCHES_PATTERN, "account", "text", dirty(IBANS, "DE00", 0.03), {"pattern": "iban"}),
    ("numbers as text", RuleKind.READS_AS, "weight", "text", dirty(["1.5", "20", "3"], "x", 0.03), {"type": "number"}),
    ("unit in name and value", RuleKind.READS_AS, "ounces", "text", dirty(["12 oz", "16.0 oz."], "1 oz", 0.5),
     {"type": "number"}),
    ("unit in some values", RuleKind.READS_AS, "abv", "text", dirty(["0.05", "0.061"], "0.05%", 0.25),
     {"type": "number"}),
    ("dates as text", RuleKind.READS_AS, "opened", "text", dirty(["2020-01-31", "2021-12-01"], "31.1.2020", 0.03),
     {"type": "date"}),
    ("codes of one form", RuleKind.HAS_SHAPE, "shelf", "text",
     [f"AB-{n}" if n != "00007" else "ab7" for n in NUMBERS], {"shapes": ["AA-99999"]}),
    ("one length", RuleKind.TEXT_LENGTH, "digest", "text", [f"{place * 7919:08x}"[:8] for place in range(ROWS)],
     {"min": 8, "max": 8}),
    ("some padded", RuleKind.NO_STRAY_SPACE, "note", "text", dirty(["x", "y"], "x ", 0.02), {}),
    ("wrong case", RuleKind.ACCEPTED_VALUES, "state", "text", dirty(["open", "closed"], "Open", 0.02),
     {"values": ["closed", "open"]}),
    ("misspelt", RuleKind.ACCEPTED_VALUES, "held_by", "text", dirty(["private", "public trust"], "publxc trust", 0.01),
     {"values": ["private", "public trust"]}),
    ("made of other characters", RuleKind.ACCEPTED_VALUES, "chnl", "text",
     [*["POS", "ATM", "ECOM"] * 330, *["P0S", "WEB?", "9", "XXX", "P0S"] * 2], {"values": ["ATM", "ECOM", "POS"]}),
    ("a percentage", RuleKind.VALUE_RANGE, "tax_percent", "numeric", dirty([19, 7, 0], 190, 0.01),
     {"min": 0, "max": 100}),
    ("a latitude", RuleKind.VALUE_RANGE, "lat", "double precision", dirty([52.5, -33.9], 525.0, 0.01),
     {"min": -90, "max": 90}),
    ("an amount", RuleKind.VALUE_RANGE, "amount", "numeric", dirty([1.5, 20.0, 300.0], -5.0, 0.01), {"min": 0}),
    ("a birth date", RuleKind.VALUE_RANGE, "birth_date", "date", dirty([date(1980, 1, 2)], date(1800, 1, 1), 0.01),
     {"min": "1901-11-23"}),
    ("a date that means unknown", RuleKind.VALUE_RANGE, "opened_on", "date", dirty(DAYS, date(1900, 1, 1), 0.01),
     {"min": "1902-01-01"}),
    ("a few in the future", RuleKind.NOT_IN_FUTURE, "created_at", "date",
     dirty(DAYS, TODAY + timedelta(days=9), 0.01), {}),
    ("alive", RuleKind.FRESHNESS, "created_at", "date", DAYS, {"max_age_seconds": 6 * 86_400}),
    ("far out", RuleKind.NO_OUTLIERS, "reading", "double precision", [*range(1, ROWS), 10**7],
     {"min": 0.0, "max": 2300.0}),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "kind", "name", "declared", "values", "parameters"), FOUND)
def test_rule_is_proposed_despite_dirt(
    claim: str, kind: RuleKind, name: str, declared: str, values: Values, parameters: Mapping[str, object]
) -> None:
    rule = proposed({name: (declared, values)})[kind, (name,)]

    assert dict(rule.parameters) == parameters, claim


SILENT = [
    ("optional", RuleKind.NOT_NULL, "note", "text", dirty(["x"], None, 0.1)),
    ("blanks are usual", RuleKind.NOT_BLANK, "note", "text", dirty(["x"], "", 0.1)),
    ("tokens are the rule", RuleKind.NO_MISSING_TOKENS, "note", "text", ["n/a"] * ROWS),
    ("distinct by accident", RuleKind.UNIQUE, "amount", "numeric", [place / 7 for place in range(ROWS)]),
    ("random codes that hardly meet", RuleKind.UNIQUE, "auth_code", "text", [*NUMBERS, *NUMBERS[:5]]),
    ("nobody above the head", RuleKind.NOT_NULL, "manager_id", "integer", dirty(range(50), None, 0.002)),
    ("seldom filled", RuleKind.FRESHNESS, "closed_on", "date", dirty(DAYS, None, 0.5)),
    ("a key of another table", RuleKind.UNIQUE, "customer_id", "integer", range(1_000)),
    ("not yet happened", RuleKind.NOT_NULL, "returned_on", "date", dirty(DAYS, None, 0.01)),
    ("half are e-mails", RuleKind.MATCHES_PATTERN, "contact", "text", dirty(["a@example.org"], "none", 0.5)),
    ("capitals that are no country", RuleKind.MATCHES_PATTERN, "grade", "text", dirty(["AA", "BB"], "CC", 0.5)),
    ("some are numbers", RuleKind.READS_AS, "note", "text", dirty(["1"], "text", 0.3)),
    ("numbers that grow", RuleKind.HAS_SHAPE, "invoice", "text", [str(place) for place in range(ROWS)]),
    ("an open list", RuleKind.ACCEPTED_VALUES, "city", "text", [f"city {place % 300}" for place in range(ROWS)]),
    ("rare but meant", RuleKind.ACCEPTED_VALUES, "country", "text", [*["DE"] * 900, *["AT"] * 8, *"ABCDEF" * 2]),
    ("names of people", RuleKind.ACCEPTED_VALUES, "first_name", "text", dirty(["Ann", "Bob"], "ann", 0.01)),
    ("a balance may be negative", RuleKind.VALUE_RANGE, "balance", "numeric", dirty([5, 6], -5, 0.01)),
    ("a key measures nothing", RuleKind.NO_OUTLIERS, "account_id", "integer", [*range(ROWS), 10**7]),
    ("a plan lies ahead", RuleKind.NOT_IN_FUTURE, "due_date", "date", DAYS),
    ("an old extract", RuleKind.FRESHNESS, "created_at", "date", [day - timedelta(days=99) for day in DAYS]),
    ("skewed, not faulty", RuleKind.NO_OUTLIERS, "amount", "numeric", [1.01**place for place in range(ROWS)]),
    ("too few rows", RuleKind.NOT_NULL, "id", "integer", [1, 2, 3]),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "kind", "name", "declared", "values"), SILENT)
def test_nothing_is_proposed_without_evidence(
    claim: str, kind: RuleKind, name: str, declared: str, values: Values
) -> None:
    assert (kind, (name,)) not in proposed({name: (declared, values)}), claim


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("start_date", "end_date"),
        ("valid_from", "valid_to"),
        ("opened_on", "closed_on"),
        ("created_at", "updated_at"),
        ("birth_date", "hired_on"),
        ("rental_date", "return_date"),
    ],
)
def test_order_of_dates_is_read_from_their_names(first: str, last: str) -> None:
    rules = proposed({last: ("date", DAYS), first: ("date", DAYS)})

    assert [columns for kind, columns in rules if kind is RuleKind.ORDERED_PAIR] == [(first, last)]


def test_an_order_that_was_measured_speaks_louder_than_names_alone() -> None:
    table = found_table({"start_date": "date", "end_date": "date"})
    profile = profile_of(table, {"start_date": DAYS, "end_date": DAYS})
    found = ColumnsTogether(profile.reading, ordered_pairs=(OrderedPair("start_date", "end_date", 998, 988, 900),))

    by_name, measured = (
        next(each for each in candidates(table, given, {}) if each.definition.kind is RuleKind.ORDERED_PAIR)
        for given in (profile, replace(profile, together=found))
    )

    assert (by_name.confidence, measured.confidence) == (0.93, 0.959)
    assert measured.rationale == f"{by_name.rationale} It holds in 99.0% of 998 rows."
    assert measured.evidence == {**by_name.evidence, "share": 988 / 998, "rows": 998}


def test_beginning_and_end_of_different_things_are_not_compared() -> None:
    rules = proposed({"trial_start": ("date", DAYS), "contract_end": ("date", DAYS)})

    assert RuleKind.ORDERED_PAIR not in {kind for kind, _ in rules}


def test_row_count_leaves_room_to_shrink() -> None:
    rules = proposed({"a": ("text", ["x"] * ROWS)})

    assert rules[RuleKind.ROW_COUNT, ()].parameters == {"min": 500}


def test_approved_class_decides_whether_values_may_be_listed() -> None:
    columns = {"gender": ("text", dirty(["M", "F"], "m", 0.01)), "segment": ("text", dirty(["A1", "B1"], "a1", 0.01))}
    fields = {"gender": {AssetField.PII_CLASS: "GENDER"}, "segment": {AssetField.PII_CLASS: "NAME"}}

    rules = proposed(columns, fields)

    assert rules[RuleKind.ACCEPTED_VALUES, ("gender",)].parameters == {"values": ["F", "M"]}
    assert (RuleKind.ACCEPTED_VALUES, ("segment",)) not in rules


def test_semantic_type_speaks_where_the_name_does_not() -> None:
    columns = {"c7": ("numeric", dirty([19, 7, 0], 190, 0.01)), "c8": ("text", dirty(["DE", "AT"], "de", 0.01))}
    fields = {"c7": {AssetField.SEMANTIC_TYPE: "percentage"}, "c8": {AssetField.SEMANTIC_TYPE: "country"}}

    rules = proposed(columns, fields)

    assert rules[RuleKind.VALUE_RANGE, ("c7",)].parameters == {"min": 0, "max": 100}
    assert rules[RuleKind.MATCHES_PATTERN, ("c8",)].parameters == {"pattern": "country_code"}


def test_no_candidate_rests_on_a_value_of_a_personal_column() -> None:
    table = found_table({"email": "text", "first_name": "text"})
    values = {"email": dirty(["canary@example.org"], "canary", 0.02), "first_name": dirty(["canary"], "Canary ", 0.02)}

    found = candidates(table, profile_of(table, values), {})

    assert {each.definition.kind for each in found} >= {RuleKind.MATCHES_PATTERN, RuleKind.NO_STRAY_SPACE}
    assert "canary" not in repr(found).lower()


def test_inferred_relationship_with_few_orphans_becomes_a_reference() -> None:
    table = found_table({"customer_id": "integer"})
    profile = profile_of(table, {"customer_id": list(range(ROWS))})
    near = InferredRelationship(("customer_id",), PARENT, ("id",), 0.995, 5, 0.9)
    far = replace(near, containment=0.9)

    rules = [
        [each.definition for each in candidates(table, replace(profile, relationships=(found,)), {})]
        for found in (near, far)
    ]

    parents = [[r.parameters for r in found if r.kind is RuleKind.REFERENCE_EXISTS] for found in rules]
    assert parents == [[{"referenced_table": str(PARENT), "referenced_columns": ["id"]}], []]


def test_what_the_table_declares_is_not_proposed() -> None:
    columns = {"id": "integer", "parent_id": "integer", "amount": "numeric", "state": "text"}
    values: Mapping[str, Values] = {
        "id": range(ROWS),
        "parent_id": range(ROWS),
        "amount": dirty([1.0, 2.0], -1.0, 0.01),
        "state": dirty(["on", "off"], "On", 0.01),
    }
    free = found_table(columns)
    declared = replace(
        free,
        columns=tuple(FoundColumn(c.name, c.position, c.data_type, nullable=False) for c in free.columns),
        primary_key=("id",),
        foreign_keys=(ForeignKey("fk", ("parent_id",), PARENT, ("id",)),),
        check_constraints=(
            "CHECK ((amount >= (0)::numeric))",
            "CHECK ((state = ANY (ARRAY['on'::text, 'off'::text])))",
        ),
    )
    relationship = InferredRelationship(("parent_id",), PARENT, ("id",), 1.0, 0, 0.9)
    profile = replace(profile_of(free, values), relationships=(relationship,))

    kinds = [{(c.definition.kind, c.definition.columns) for c in candidates(t, profile, {})} for t in (free, declared)]

    repeated = {
        (RuleKind.NOT_NULL, ("id",)),
        (RuleKind.UNIQUE, ("id",)),
        (RuleKind.REFERENCE_EXISTS, ("parent_id",)),
        (RuleKind.VALUE_RANGE, ("amount",)),
        (RuleKind.ACCEPTED_VALUES, ("state",)),
    }
    assert repeated <= kinds[0]
    assert not repeated & kinds[1]
