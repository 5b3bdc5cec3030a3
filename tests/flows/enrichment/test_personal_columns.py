"""What is personal: names and values heard together."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.assets.model import AssetField, PiiClass
from tests.flows.enrichment.subjects import enriched, subject, value

N = PiiClass


@pytest.mark.parametrize(
    ("table", "column", "data_type", "expected"),
    [
        ("customer", "first_name", "text", N.NAME),
        ("customer", "custLastNm", "text", N.NAME),
        ("customer", "name", "text", N.NAME),
        ("kunde", "Vorname", "text", N.NAME),
        ("client", "prenom", "text", N.NAME),
        ("client", "nom_famille", "text", N.NAME),
        ("cliente", "apellidos", "text", N.NAME),
        ("bruger", "efternavn", "text", N.NAME),
        ("kunde", "geburtsdatum", "date", N.BIRTH_DATE),
        ("empleado", "fecha_nacimiento", "date", N.BIRTH_DATE),
        ("medarbejder", "fødselsdato", "date", N.BIRTH_DATE),
        ("person", "date_of_birth", "date", N.BIRTH_DATE),
        ("kunde", "straße", "text", N.ADDRESS),
        ("customer", "addressline1", "text", N.ADDRESS),
        ("customer", "plz", "text", N.POSTAL_CODE),
        ("client", "code_postal", "text", N.POSTAL_CODE),
        ("cliente", "correo_electronico", "text", N.EMAIL),
        ("client", "adresse_courriel", "text", N.EMAIL),
        ("customer", "emailaddress", "text", N.EMAIL),
        ("cliente", "numero_telefono", "text", N.PHONE),
        ("customer", "mobile_no", "bigint", N.PHONE),
        ("employee", "ssn", "text", N.NATIONAL_ID),
        ("medarbejder", "cpr_nr", "text", N.NATIONAL_ID),
        ("user", "password_hash", "text", N.CREDENTIAL),
        ("integration", "api_key", "text", N.CREDENTIAL),
        ("session", "ip_address", "inet", N.IP_ADDRESS),
        ("account", "iban", "text", N.IBAN),
        ("payment", "ccn", "text", N.CARD_NUMBER),
        ("customer", "latitude", "numeric(9,6)", N.GEO_LOCATION),
        ("patient", "sex", "char(1)", N.GENDER),
        ("orders", "shipping_street", "text", N.ADDRESS),
        ("orders", "customer_city", "text", N.ADDRESS),
    ],
)
async def test_a_name_tells_personal_data(table: str, column: str, data_type: str, expected: PiiClass) -> None:
    found = await enriched(subject(table, {column: data_type}))
    assert value(found, AssetField.PII_CLASS, column) == expected


@pytest.mark.parametrize(
    ("table", "column", "data_type"),
    [
        ("merchant", "merchant_name", "text"),
        ("merchant", "name", "text"),
        ("branch", "email_enabled", "boolean"),
        ("branch", "phone", "text"),
        ("branch", "latitude", "numeric"),
        ("document", "file_name", "text"),
        ("login", "device_ip_count", "integer"),
        ("product", "name", "text"),
        ("city", "city", "text"),
        ("customer", "email_verified_at", "timestamptz"),
        ("customer", "has_phone", "boolean"),
        ("customer", "num_phones", "integer"),
        ("customer", "address_id", "bigint"),
        ("customer", "phone_type", "text"),
        ("customer", "name_length", "integer"),
        ("customer", "last_login_at", "timestamptz"),
        ("customer", "company", "text"),
        ("customer", "email", "boolean"),
        ("device", "mac_address", "text"),
        ("server", "server_ip", "text"),
        ("card", "num_credit_cards", "integer"),
        ("order_item", "quantity", "integer"),
        ("listing", "house_price", "numeric"),
        ("message", "email_subject", "text"),
        ("device", "phone_model", "text"),
        ("clinic", "birth_weight", "numeric"),
        ("user", "password_reset_at", "timestamptz"),
        ("user", "last_login", "timestamptz"),
        ("user", "login_count", "integer"),
        ("payment", "cc_expires", "text"),
    ],
)
async def test_a_name_that_only_sounds_personal_is_not(table: str, column: str, data_type: str) -> None:
    found = await enriched(subject(table, {column: data_type}))
    assert value(found, AssetField.PII_CLASS, column) == PiiClass.NONE


VALUES = {
    N.EMAIL: [f"user{number}@example.org" for number in range(30)],
    N.IBAN: ["DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606"] * 10,
    N.CARD_NUMBER: ["4111111111111111", "5555555555554444", "378282246310005"] * 10,
    N.IP_ADDRESS: [f"203.0.113.{number}" for number in range(30)],
    N.PHONE: [f"+49 30 55501{number:02}" for number in range(30)],
    N.NATIONAL_ID: [f"123-45-{number:04}" for number in range(30)],
    N.NAME: ["Anna Larsen", "Peter Novak", "Maria Schulz", "Zyx Qwerty"] * 8,
    N.ADDRESS: [f"{number} Bridge Street" for number in range(1, 31)],
}


@pytest.mark.parametrize("column", ["fld_07", "value", "c1"])
@pytest.mark.parametrize("expected", VALUES, ids=str)
async def test_values_tell_personal_data_under_an_unhelpful_name(column: str, expected: PiiClass) -> None:
    found = await enriched(subject("t", {column: "text"}, {column: VALUES[expected]}))
    assert value(found, AssetField.PII_CLASS, column) == expected


LIFETIMES = [date(1940 + number, 4, 1) for number in range(60)]


async def test_birth_dates_are_found_in_a_table_about_persons() -> None:
    # given
    values: dict[str, Sequence[object]] = {
        "fld_3": LIFETIMES,
        "fld_1": ["Anna Larsen", "Peter Novak", "Maria Schulz"] * 20,
    }
    # when
    found = await enriched(subject("t", {"fld_3": "date", "fld_1": "text"}, values))
    # then
    assert value(found, AssetField.PII_CLASS, "fld_3") == PiiClass.BIRTH_DATE


async def test_the_same_dates_are_not_birth_dates_elsewhere() -> None:
    found = await enriched(subject("t", {"fld_3": "date"}, {"fld_3": LIFETIMES}))
    assert value(found, AssetField.PII_CLASS, "fld_3") == PiiClass.NONE


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("email", ["yes", "no"] * 20),
        ("email", [f"campaign {number}" for number in range(40)]),
        ("first_name", [str(number) for number in range(40)]),
        ("ip", [f"plan {number}" for number in range(40)]),
    ],
)
async def test_values_refute_a_name(column: str, values: list[str]) -> None:
    found = await enriched(subject("customer", {column: "text"}, {column: values}))
    assert value(found, AssetField.PII_CLASS, column) == PiiClass.NONE


async def test_decimal_numbers_are_no_phone_numbers() -> None:
    weights = [f"{number}.{number:06}" for number in range(10, 50)]
    found = await enriched(subject("t", {"weight": "text"}, {"weight": weights}))
    assert value(found, AssetField.PII_CLASS, "weight") == PiiClass.NONE


async def test_name_and_values_together_are_surer_than_either() -> None:
    # given
    emails = VALUES[N.EMAIL]
    # when
    both = await enriched(subject("customer", {"email": "text"}, {"email": emails}))
    by_name = await enriched(subject("customer", {"email": "text"}))
    by_values = await enriched(subject("customer", {"c1": "text"}, {"c1": emails}))
    # then
    confidences = [
        next(found.confidence for found in enrichment.suggestions if found.field is AssetField.PII_CLASS)
        for enrichment in (both, by_values, by_name)
    ]
    assert confidences == [0.97, 0.9, 0.75]
