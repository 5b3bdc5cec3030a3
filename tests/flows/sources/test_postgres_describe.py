import pytest

from domain.assets.model import AssetType, ForeignKey
from domain.fqn import Fqn
from flows.failures import TableFailed
from tests.flows.sources.source_database import PUBLIC, SourceDatabase

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

SHOP = (
    "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
    "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(40) NOT NULL UNIQUE, note text DEFAULT 'none')",
    "COMMENT ON TABLE customer IS 'Who buys'",
    "COMMENT ON COLUMN customer.email IS 'Where to write'",
    """CREATE TABLE purchase (
        customer_id integer NOT NULL REFERENCES customer (id), number integer, amount numeric(12, 2),
        quantity positive, PRIMARY KEY (customer_id, number), CONSTRAINT cheap CHECK (amount < 1000))""",
    "CREATE UNIQUE INDEX ON purchase (amount, quantity)",
    "CREATE UNIQUE INDEX ON purchase (quantity) WHERE quantity > 5",
    "CREATE VIEW buyer AS SELECT id, email FROM customer",
    "CREATE MATERIALIZED VIEW total AS SELECT sum(amount) AS amount FROM purchase",
    "CREATE TABLE reading (taken date NOT NULL, value integer) PARTITION BY RANGE (taken)",
    "CREATE TABLE reading_2024 PARTITION OF reading FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    "CREATE SEQUENCE counter",
    "INSERT INTO reading SELECT '2024-05-01', i FROM generate_series(1, 500) i",
    "ANALYZE",
)


async def test_schema_holds_tables_and_views_but_no_partitions_or_sequences(database: SourceDatabase) -> None:
    await database.run(*SHOP)

    async with database.opened() as source:
        found = await source.describe_schema(PUBLIC)

    assert {table.fqn.name: table.type for table in found.tables} == {
        "buyer": AssetType.VIEW,
        "customer": AssetType.TABLE,
        "purchase": AssetType.TABLE,
        "reading": AssetType.TABLE,
        "total": AssetType.VIEW,
    }


async def test_columns_and_comments_come_as_the_source_spells_them(database: SourceDatabase) -> None:
    await database.run(*SHOP)

    async with database.opened() as source:
        customer = await source.describe_table(PUBLIC.child("customer"))
        purchase = await source.describe_table(PUBLIC.child("purchase"))

    assert customer.comment == "Who buys"
    assert [(c.name, c.position, c.data_type, c.nullable, c.default, c.comment) for c in customer.columns] == [
        ("id", 1, "integer", False, None, None),
        ("email", 2, "character varying(40)", False, None, "Where to write"),
        ("note", 3, "text", True, "'none'::text", None),
    ]
    assert [c.data_type for c in purchase.columns] == ["integer", "integer", "numeric(12,2)", "positive"]


async def test_keys_and_checks_are_found_and_partial_indexes_are_no_keys(database: SourceDatabase) -> None:
    await database.run(*SHOP)

    async with database.opened() as source:
        purchase = await source.describe_table(PUBLIC.child("purchase"))

    assert purchase.primary_key == ("customer_id", "number")
    assert purchase.unique_keys == (("amount", "quantity"),)
    assert purchase.foreign_keys == (
        ForeignKey("purchase_customer_id_fkey", ("customer_id",), PUBLIC.child("customer"), ("id",)),
    )
    assert purchase.check_constraints == ("CHECK ((amount < (1000)::numeric))",)


async def test_view_has_its_definition_and_a_partitioned_table_its_partitions_rows_and_size(
    database: SourceDatabase,
) -> None:
    await database.run(*SHOP)

    async with database.opened() as source:
        found = {table.fqn.name: table for table in (await source.describe_schema(PUBLIC)).tables}
        ((size,),) = await database.ask("SELECT pg_total_relation_size('reading_2024')")

    assert found["buyer"].definition == " SELECT id,\n    email\n   FROM customer;"
    assert (found["reading"].estimated_rows, found["reading"].size_bytes) == (500, size)
    assert found["buyer"].size_bytes is None


async def test_odd_names_and_tables_without_columns_are_found(database: SourceDatabase) -> None:
    name = 'select "é". from'
    await database.run('CREATE TABLE "select ""é"". from" ()')

    async with database.opened() as source:
        (table,) = (await source.describe_schema(PUBLIC)).tables
        alone = await source.describe_table(PUBLIC.child(name))

    assert (table.fqn, table.columns) == (PUBLIC.child(name), ())
    assert alone.fqn == table.fqn


async def test_schemas_leave_out_the_engines_own(database: SourceDatabase) -> None:
    await database.run("CREATE SCHEMA sales", "CREATE SCHEMA pgmail")

    async with database.opened() as source:
        assert await source.schemas() == ["pgmail", "public", "sales"]


async def test_locked_table_hides_sizes_but_not_the_schema(database: SourceDatabase) -> None:
    await database.run("CREATE TABLE a (x integer)")

    async with database.opened(lock_timeout_seconds=0.1) as source, database.locking("a"):
        (table,) = (await source.describe_schema(PUBLIC)).tables

    assert (table.fqn.name, table.size_bytes) == ("a", None)


@pytest.mark.parametrize("path", ["svc.shop.public.gone", "svc.shop.nowhere.gone"])
async def test_table_that_is_gone_is_a_failure_of_the_table(database: SourceDatabase, path: str) -> None:
    async with database.opened() as source:
        with pytest.raises(TableFailed) as caught:
            await source.describe_table(Fqn.parse(path))

    assert caught.value.message == f"{path} does not exist."
