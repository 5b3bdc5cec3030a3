import asyncpg
import pytest

from deploy.local.bank.personal_data import PLANTED_PII, PlantedPii
from domain.assets.model import PiiClass

pytestmark = pytest.mark.db

SHAPES = {
    PiiClass.NAME: r"^[[:alpha:]', ]+$",
    PiiClass.EMAIL: r"^[a-z0-9.]+@[a-z]+\.[a-z]+$",
    PiiClass.PHONE: r"^\+\d{2} \d{4} \d{6}$",
    PiiClass.ADDRESS: r"^[[:alpha:]' -]+( \d+[abc]?)?$",
    PiiClass.POSTAL_CODE: r"^(\d{4,5}|\d{4} [A-Z]{2})$",
    PiiClass.BIRTH_DATE: r"^(19|20)\d\d-\d\d-\d\d$",
    PiiClass.NATIONAL_ID: r"^\d{2} \d{4} \d{4} \d$",
    PiiClass.IBAN: r"^[A-Z]{2}\d{2}[A-Z0-9]{14,18}$",
    PiiClass.CARD_NUMBER: r"^\d{16}$",
    PiiClass.IP_ADDRESS: r"^(\d{1,3}\.){3}\d{1,3}$|^2001:db8:[0-9a-f]{1,4}::[0-9a-f]{1,4}$",
    PiiClass.CREDENTIAL: r"^(u\d{8}|\$demo\$[0-9a-f]{64}|[0-9A-F]{16}|\d{3})$",
    PiiClass.GEO_LOCATION: r"^\d{1,2}\.\d{6}$",
    PiiClass.GENDER: r"^[FMX]$",
}
PERSONAL = [pii for pii in PLANTED_PII if pii.pii_class is not PiiClass.NONE]


@pytest.mark.parametrize("pii", PERSONAL, ids=lambda pii: f"{pii.table}.{pii.column}")
async def test_a_personal_column_holds_what_its_class_says(pii: PlantedPii, bank: asyncpg.Connection) -> None:
    # given
    value = f"CASE WHEN pg_typeof({pii.column}) = 'inet'::regtype THEN split_part({pii.column}::text, '/', 1) END"
    text = f"coalesce({value}, {pii.column}::text)"
    # when
    share = await bank.fetchval(
        f"SELECT avg(({text} ~ $1)::int) FROM {pii.schema}.{pii.table} WHERE {pii.column} IS NOT NULL",
        SHAPES[pii.pii_class],
    )
    # then: the rest are planted faults
    assert share > 0.94


async def test_every_listed_column_exists_and_is_listed_once(bank: asyncpg.Connection) -> None:
    # given
    listed = [(pii.schema, pii.table, pii.column) for pii in PLANTED_PII]
    # when
    existing = await bank.fetch("SELECT table_schema, table_name, column_name FROM information_schema.columns")
    # then
    assert set(listed) - set(map(tuple, existing)) == set()
    assert len(listed) == len(set(listed))


def test_every_class_of_personal_data_occurs() -> None:
    assert {pii.pii_class for pii in PLANTED_PII} == set(PiiClass)
