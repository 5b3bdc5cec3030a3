import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.enrichment.names import singular, words
from flows.enrichment.type_kinds import Kind, kind_of
from flows.enrichment.units import unit_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("custFirstNm", "customer first name"),
        ("CUST_FIRST_NM", "customer first name"),
        ("firstname", "first name"),
        ("emailaddress", "email address"),
        ("cardtransaction", "card transaction"),
        ("customerid", "customer id"),
        ("lastmodifieddate", "last modified date"),
        ("ZipCode", "postal code"),
        ("Geburtsdatum", "birth date"),
        ("fødselsdato", "birth date"),
        ("Straße", "street"),
        ("prénom", "first name"),
        ("nom_de_famille", "name family"),
        ("fecha_de_nacimiento", "date birth"),
        ("IPAddress", "ip address"),
        ("address2", "address 2"),
        ("HTTPServer", "http server"),
        ("valid", "valid"),
        ("android", "android"),
        ("paid", "paid"),
        ("12", "12"),
        ("_", "_"),
        ("", "unnamed"),
        ("的", "的"),
    ],
)
def test_a_technical_name_is_read_as_words(name: str, expected: str) -> None:
    assert " ".join(words(name)) == expected


@given(name=st.text(max_size=80))
def test_every_name_has_words_and_always_the_same(name: str) -> None:
    assert all(words(name))
    assert words(name) == words(name)


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("countries", "country"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("orders", "order"),
        ("status", "status"),
        ("address", "address"),
        ("analysis", "analysis"),
        ("series", "series"),
        ("bus", "bus"),
    ],
)
def test_one_of_many(plural: str, one: str) -> None:
    assert singular(plural) == one


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("character varying(40)", Kind.TEXT),
        ("TEXT", Kind.TEXT),
        ("text[]", Kind.TEXT),
        ("bigint", Kind.INTEGER),
        ("int4", Kind.INTEGER),
        ("smallserial", Kind.INTEGER),
        ("numeric(12,2)", Kind.DECIMAL),
        ("double precision", Kind.DECIMAL),
        ("timestamp with time zone", Kind.TIMESTAMP),
        ("timestamptz", Kind.TIMESTAMP),
        ("date", Kind.DATE),
        ("time without time zone", Kind.TIME),
        ("interval", Kind.TIME),
        ("boolean", Kind.BOOLEAN),
        ("uuid", Kind.UUID),
        ("jsonb", Kind.JSON),
        ("bytea", Kind.BINARY),
        ("inet", Kind.OTHER),
        ("core.customer_segment", Kind.OTHER),
        ("point", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_a_declared_type_has_a_kind(declared: str, kind: Kind) -> None:
    assert kind_of(declared) is kind


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("weight_kg", "kilograms"),
        ("days_overdue", "days"),
        ("total_amount_usd", "US dollars"),
        ("ounces", "ounces"),
        ("business_days_code", None),
        ("amount", None),
    ],
)
def test_a_name_may_state_a_unit(name: str, unit: str | None) -> None:
    assert unit_of(words(name)) == unit
