"""What is sent to Redshift, through its real driver, to its nearest relative that can be had here: PostgreSQL."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from domain.assets.model import ForeignKey
from domain.rules.model import RuleDefinition, RuleKind
from domain.settings import SourceSettings
from flows.assessment.evaluate import evaluate
from flows.failures import SourceUnreachable
from flows.sources.base import Coverage, Sample, ValueKind
from flows.sources.warehouses.redshift import REDSHIFT
from flows.sources.warehouses.source import open_warehouse
from tests.flows.assessment.scratch import OBSERVED_AT
from tests.flows.sources.source_database import PUBLIC, READER, SourceDatabase
from tests.flows.sources.unreachable import unreachable

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

TYPED = (
    "CREATE TABLE parent (id int PRIMARY KEY)",
    """CREATE TABLE typed (id int PRIMARY KEY, name varchar(20) UNIQUE, price numeric(10, 2), ratio float8, born date,
        day timestamp, seen timestamptz, ok boolean, parent int REFERENCES parent)""",
    "INSERT INTO parent VALUES (1)",
    """INSERT INTO typed VALUES
        (1, 'Österås', 12345678.10, 0.5, '2020-02-29', '2020-01-01 00:00', '2020-01-01 00:30+01', true, 1),
        (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""",
    "ANALYZE typed",
)


async def test_a_table_is_described_and_copied_with_its_values(database: SourceDatabase) -> None:
    await database.run(*TYPED)
    source = await open_warehouse(REDSHIFT, database.settings(), database.server.address.password, SourceSettings())

    version, schemas = await source.check(), await source.schemas()
    table = await source.describe_table(PUBLIC.child("typed"))
    with duckdb.connect() as local:
        copied = await source.copy_into(local, "copied", table, None)
        first, last = local.execute("FROM copied ORDER BY c1").fetchall()

    await source.close()
    assert version.startswith("Redshift PostgreSQL ")
    assert schemas == ["public"]
    assert [(column.name, column.data_type) for column in table.columns[:3]] == [
        ("id", "integer"),
        ("name", "character varying(20)"),
        ("price", "numeric(10,2)"),
    ]
    assert (table.primary_key, table.unique_keys, table.estimated_rows) == (("id",), (("name",),), 2)
    assert table.foreign_keys == (ForeignKey("typed_parent_fkey", ("parent",), PUBLIC.child("parent"), ("id",)),)
    assert [column.kind for column in copied.columns] == [
        *(ValueKind.NUMBER, ValueKind.TEXT, ValueKind.NUMBER, ValueKind.NUMBER),
        *(ValueKind.MOMENT, ValueKind.MOMENT, ValueKind.MOMENT, ValueKind.BOOLEAN, ValueKind.NUMBER),
    ]
    moments = (date(2020, 2, 29), datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2019-12-31 23:30"))
    assert first == (1, "Österås", "12345678.10", 0.5, *moments, True, 1)
    assert Decimal(first[2]) == Decimal("12345678.10")
    assert last == (2, *(None,) * 8)


async def test_rows_are_drawn_and_the_sample_says_that_no_seed_chose_them(database: SourceDatabase) -> None:
    await database.run("CREATE TABLE orders AS SELECT n FROM generate_series(1, 20000) AS n", "ANALYZE orders")
    source = await open_warehouse(REDSHIFT, database.settings(), database.server.address.password, SourceSettings())

    table = await source.describe_table(PUBLIC.child("orders"))
    with duckdb.connect() as local:
        copied = await source.copy_into(local, "copied", table, Sample(2_000, 1))

    await source.close()
    assert (copied.population, copied.coverage, copied.is_repeatable) == (20_000, Coverage.ROWS, False)
    assert 1_500 < copied.rows < 2_500


@pytest.mark.parametrize(
    ("kind", "column", "parameters", "evaluated", "failed"),
    [
        (RuleKind.NOT_NULL, "name", {}, 2, 1),
        (RuleKind.VALUE_RANGE, "price", {"min": 1, "max": 12345678.1}, 1, 0),
        (RuleKind.VALUE_RANGE, "ratio", {"min": 1}, 1, 1),
        (RuleKind.VALUE_RANGE, "seen", {"min": "2020-01-01"}, 1, 1),
        (RuleKind.UNIQUE, "name", {}, 1, 0),
    ],
)
async def test_rules_are_answered(
    database: SourceDatabase, kind: RuleKind, column: str, parameters: dict[str, object], evaluated: int, failed: int
) -> None:
    """Those that read no text: `VARCHAR(MAX)` is Redshift's own."""
    await database.run(*TYPED)
    source = await open_warehouse(REDSHIFT, database.settings(), database.server.address.password, SourceSettings())
    table = await source.describe_table(PUBLIC.child("typed"))
    rule = RuleDefinition(kind, table.fqn, (column,), parameters)  # type: ignore[arg-type]  # as read

    (found,) = await evaluate(source, table, [rule], OBSERVED_AT)

    await source.close()
    assert (found.error, found.evaluated, found.failed) == (None, evaluated, failed)


@pytest.mark.parametrize(("changed", "cause"), unreachable(READER))
async def test_who_is_not_let_in_is_told_why(database: SourceDatabase, changed: dict[str, object], cause: str) -> None:
    secret = "s3cret" if "username" in changed else database.server.address.password or ""
    with pytest.raises(SourceUnreachable) as caught:
        await open_warehouse(REDSHIFT, database.settings(**changed), secret, SourceSettings(connect_timeout_seconds=3))

    assert caught.value.message.endswith(f"cannot be reached: {cause}.")
    assert "s3cret" not in caught.value.message
