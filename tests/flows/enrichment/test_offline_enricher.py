from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assets.model import AssetField, AssetType, PiiClass, Sensitivity, check_field_value
from domain.runs.model import Include
from flows.enrichment.context import EnrichmentContext, Neighbour, Term
from tests.flows.enrichment.subjects import SCHEMA, enriched, refers_to, subject, suggestion, value

ORDERS = {
    "order_id": "bigint",
    "customer_id": "bigint",
    "ordered_at": "timestamptz",
    "total_amount_eur": "numeric(12,2)",
    "status": "text",
    "is_gift": "boolean",
    "note": "text",
}
ORDER_VALUES: dict[str, Sequence[object]] = {
    "order_id": list(range(40)),
    "customer_id": [number % 7 for number in range(40)],
    "ordered_at": [date(2026, 1, 1 + number % 28) for number in range(40)],
    "total_amount_eur": [Decimal(number) / 4 for number in range(40)],
    "status": ["OPEN", "PAID", "SENT", "PAID"] * 10,
    "is_gift": [False] * 40,
    "note": [None] * 30 + [f"remark {number}" for number in range(10)],
}


def orders() -> EnrichmentContext:
    return subject(
        "orders",
        ORDERS,
        ORDER_VALUES,
        primary_key=("order_id",),
        foreign_keys=(refers_to("customer", "customer_id"),),
        required=("order_id", "status"),
    )


@pytest.mark.parametrize(
    ("column", "description"),
    [
        ("order_id", "Order id: identifies each order. Filled in every row read."),
        ("customer_id", "Refers to customer: the customer id of the order. Filled in every row read."),
        ("ordered_at", "Date and time when the order was ordered. Filled in every row read."),
        (
            "total_amount_eur",
            (
                "Amount of money: total amount eur of the order, in euros. Filled in every row read. "
                "No value repeats in the rows read."
            ),
        ),
        (
            "status",
            "Code: status of the order. Filled in every row read. Takes 3 different values in the rows read.",
        ),
        (
            "is_gift",
            "Says yes or no to the question whether the order has the property gift. Filled in every row read.",
        ),
        ("note", "Free text: note of the order. Filled in 25.0 % of the rows read. No value repeats in the rows read."),
    ],
)
async def test_a_column_description_says_its_role_and_what_was_measured(column: str, description: str) -> None:
    found = await enriched(orders())
    assert value(found, AssetField.DESCRIPTION, column) == description


async def test_a_table_description_says_what_a_row_is() -> None:
    found = await enriched(orders())
    assert value(found, AssetField.DESCRIPTION) == (
        "One row per order, identified by order_id. Records amounts of money in total_amount_eur. "
        "Belongs to customer. It had 40 rows when it was last profiled."
    )


async def test_a_source_comment_comes_first_and_stands_unchanged() -> None:
    # given
    context = subject("t", {"x": "text"}, comments={"x": "Risk band of the scorecard.", "t": "Scorecards"})
    # when
    found = await enriched(context)
    # then
    assert value(found, AssetField.DESCRIPTION, "x") == "Risk band of the scorecard. X of the t."
    assert value(found, AssetField.DESCRIPTION) == "Scorecards. Records of t, without a declared key."
    assert suggestion(found, AssetField.DESCRIPTION, "x").confidence == 0.9


async def test_a_link_table_is_said_to_link() -> None:
    # given
    keys = (refers_to("film", "film_id"), refers_to("actor", "actor_id"))
    context = subject(
        "film_actor",
        {"film_id": "int", "actor_id": "int"},
        primary_key=("film_id", "actor_id"),
        foreign_keys=keys,
    )
    # when
    found = await enriched(context)
    # then
    assert value(found, AssetField.DESCRIPTION) == "Links actor and film: one row per film actor."
    assert value(found, AssetField.RELATIONSHIP_SUMMARY) == "Refers to film by film_id and actor by actor_id."


async def test_relationships_name_those_who_refer_to_the_table() -> None:
    # given
    card = Neighbour(SCHEMA.child("card"), ("customer_id",), (refers_to("customer", "customer_id"),))
    context = subject(
        "customer",
        {"id": "bigint", "parent_id": "bigint"},
        foreign_keys=(refers_to("customer", "parent_id"),),
        neighbours=(card,),
    )
    # when
    found = await enriched(context)
    # then
    assert value(found, AssetField.RELATIONSHIP_SUMMARY) == "Refers to itself by parent_id. Referred to by card."


async def test_the_owner_is_suggested_as_steward_and_nobody_without_a_basis() -> None:
    # given
    owned = subject("t", {"x": "text"}, described={"t": {AssetField.OWNER: "payments-team\nada"}})
    # when
    found, without = await enriched(owned), await enriched(subject("t", {"x": "text"}))
    # then
    assert value(found, AssetField.STEWARD) == "payments-team\nada"
    assert [one for one in without.suggestions if one.field is AssetField.STEWARD] == []


async def test_a_view_is_called_one() -> None:
    found = await enriched(subject("v_customer_overview", {"x": "text"}, type=AssetType.VIEW))
    assert value(found, AssetField.DESCRIPTION) == "View of customer overview."


async def test_the_glossary_gives_the_definition() -> None:
    # given
    terms = (
        Term("Customer segment", "The group that marketing puts a customer in."),
        Term("Revenue", "What was earned.", ("turnover", "net sales")),
    )
    # when
    columns = {"cust_segment": "text", "net_sales": "numeric", "x": "text"}
    found = await enriched(subject("customer", columns, terms=terms))
    # then
    defined = [one for one in found.suggestions if one.field is AssetField.BUSINESS_DEFINITION]
    assert [(one.asset.name, one.value) for one in defined] == [
        ("cust_segment", terms[0].definition),
        ("net_sales", terms[1].definition),
    ]


@pytest.mark.parametrize(
    ("table", "column", "data_type", "expected"),
    [
        ("user", "password", "text", Sensitivity.RESTRICTED),
        ("card", "card_number", "text", Sensitivity.RESTRICTED),
        ("employee", "passport_no", "text", Sensitivity.RESTRICTED),
        ("account", "iban", "text", Sensitivity.RESTRICTED),
        ("patient", "diagnosis_code", "text", Sensitivity.RESTRICTED),
        ("customer", "email", "text", Sensitivity.CONFIDENTIAL),
        ("employee", "salary", "numeric", Sensitivity.CONFIDENTIAL),
        ("order_item", "quantity", "integer", Sensitivity.INTERNAL),
        ("branch", "phone", "text", Sensitivity.PUBLIC),
        ("country", "name", "text", Sensitivity.PUBLIC),
    ],
)
async def test_sensitivity_follows_from_what_a_column_holds(
    table: str, column: str, data_type: str, expected: Sensitivity
) -> None:
    found = await enriched(subject(table, {column: data_type}))
    assert value(found, AssetField.SENSITIVITY, column) == expected


async def test_a_table_is_as_sensitive_as_its_most_sensitive_column() -> None:
    found = await enriched(subject("customer", {"id": "int", "email": "text", "password": "text"}))
    assert value(found, AssetField.SENSITIVITY) == Sensitivity.RESTRICTED


@pytest.mark.parametrize(
    ("table", "columns", "expected"),
    [
        ("employee", ("salary", "department_id"), "Human Resources"),
        ("cardtransaction", ("merchant_id", "amount"), "Payments"),
        ("film", ("title", "language_id", "rating"), "Media and Content"),
        ("customer_address", ("customer_id", "city"), "Customers"),
    ],
)
async def test_the_domain_is_where_most_words_belong(table: str, columns: tuple[str, ...], expected: str) -> None:
    found = await enriched(subject(table, dict.fromkeys(columns, "text")))
    assert value(found, AssetField.DOMAIN) == expected


async def test_no_domain_is_guessed_without_a_word_that_tells() -> None:
    found = await enriched(subject("xyz", {"abc": "text"}))
    assert [one for one in found.suggestions if one.field is AssetField.DOMAIN] == []


@pytest.mark.parametrize(
    ("column", "tags"),
    [
        ("order_id", "not-null, unique"),
        ("customer_id", "not-null, reference"),
        ("status", "not-null, value-list"),
    ],
)
async def test_tags_name_the_checks_that_fit(column: str, tags: str) -> None:
    found = await enriched(orders())
    assert value(found, AssetField.DQ_TAGS, column) == tags


@pytest.mark.parametrize(
    ("include", "fields"),
    [
        (Include.PII, {AssetField.PII_CLASS}),
        (Include.SENSITIVITY, {AssetField.SENSITIVITY}),
        (Include.SEMANTIC_TYPES, {AssetField.SEMANTIC_TYPE}),
        (Include.DOMAIN, {AssetField.DOMAIN}),
        (Include.DQ_TAGS, {AssetField.DQ_TAGS}),
        (Include.RELATIONSHIPS, {AssetField.RELATIONSHIP_SUMMARY}),
        (Include.DESCRIPTIONS, {AssetField.DESCRIPTION, AssetField.BUSINESS_NAME}),
    ],
)
async def test_only_what_is_included_is_suggested(include: Include, fields: set[AssetField]) -> None:
    found = await enriched(orders(), frozenset({include}))
    assert {one.field for one in found.suggestions} == fields


NAMES = st.one_of(
    st.sampled_from(["email", "Vorname", "cust_id", "is_active", "col 3", "ÆØÅ", "1", "amount_usd", "created_at", "_"]),
    st.text(min_size=1, max_size=30).filter(lambda name: "\0" not in name),
)
TYPES = st.sampled_from(
    ["text", "bigint", "numeric(10,2)", "date", "boolean", "uuid", "jsonb", "bytea", "core.kind", ""]
)
CANARY = "zqcanary"
CELLS = st.one_of(
    st.none(),
    st.integers(10**6, 10**7).map(lambda number: f"{CANARY}{number}"),
    st.integers(0, 99).map(lambda number: f"{CANARY}{number}@example.org"),
)


@st.composite
def tables(draw: st.DrawFn) -> EnrichmentContext:
    names = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    rows = draw(st.integers(0, 30))
    values = {name: draw(st.lists(CELLS, min_size=rows, max_size=rows)) for name in names}
    keys = tuple(draw(st.lists(st.sampled_from(names), unique=True, max_size=2)))
    return subject(draw(NAMES), {name: draw(TYPES) for name in names}, values, primary_key=keys)


@settings(max_examples=60, deadline=None)
@given(context=tables())
async def test_every_table_and_column_is_described_and_no_row_value_is_in_any_text(context: EnrichmentContext) -> None:
    # when
    found = await enriched(context)
    # then
    described = {one.asset for one in found.suggestions if one.field is AssetField.DESCRIPTION}
    assert described == {asset.fqn for asset in (context.assets.table, *context.assets.columns)}
    assert CANARY not in repr(found)


@settings(max_examples=60, deadline=None)
@given(context=tables())
async def test_every_suggestion_can_be_stored_and_comes_out_the_same_again(context: EnrichmentContext) -> None:
    # when
    found = await enriched(context)
    # then
    for one in found.suggestions:
        check_field_value(one.field, one.value)
        assert 0 <= one.confidence <= 1
        assert one.justification
    assert found == await enriched(context)


async def test_personal_data_is_judged_for_every_column() -> None:
    # given
    columns = {"id": "bigint", "payload": "jsonb", "email": "text"}
    # when
    found = await enriched(subject("user_event", columns))
    # then
    judged = {one.asset.name: one.value for one in found.suggestions if one.field is AssetField.PII_CLASS}
    assert judged == {"id": PiiClass.NONE, "payload": PiiClass.NONE, "email": PiiClass.EMAIL}
