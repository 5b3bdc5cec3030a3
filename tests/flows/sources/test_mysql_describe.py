from dataclasses import replace

import pytest

from domain.assets.model import AssetType, ForeignKey
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import TableFailed
from flows.sources.dialect import quote_table
from flows.sources.mysql import open_mysql
from flows.sources.mysql_names import quote_column
from tests.fixtures.mariadb import MariaDbServer
from tests.flows.sources.engines import MariaDb, opened

pytestmark = pytest.mark.engine_mariadb

SHOP = (
    """CREATE TABLE customer (id int unsigned AUTO_INCREMENT PRIMARY KEY COMMENT 'who',
        email varchar(40) NOT NULL UNIQUE, note text DEFAULT 'none', age smallint NULL) COMMENT 'Who buys'""",
    """CREATE TABLE purchase (number int, customer_id int unsigned NOT NULL, kind enum('a','b') NOT NULL,
        PRIMARY KEY (customer_id, number), UNIQUE (kind, number), UNIQUE again (kind, number), KEY plain (kind),
        CONSTRAINT buyer FOREIGN KEY (customer_id) REFERENCES customer (id))""",
    "CREATE VIEW buyer AS SELECT id, email FROM customer",
    "CREATE VIEW torn AS SELECT number FROM purchase",
    "CREATE SEQUENCE counter",
    "INSERT INTO customer (email) VALUES ('a@example.org'), ('b@example.org')",
    "ANALYZE TABLE customer PERSISTENT FOR ALL",
)


@pytest.fixture
def shop(mariadb: MariaDbServer) -> MariaDb:
    engine = MariaDb(mariadb)
    engine.run(*SHOP)
    return engine


async def test_schema_holds_tables_and_views_but_no_sequences(shop: MariaDb) -> None:
    async with opened(shop) as source:
        found = await source.describe_schema(shop.schema)

    assert {table.fqn.name: table.type for table in found.tables} == {
        "buyer": AssetType.VIEW,
        "customer": AssetType.TABLE,
        "purchase": AssetType.TABLE,
        "torn": AssetType.VIEW,
    }


async def test_columns_and_comments_come_as_the_source_spells_them(shop: MariaDb) -> None:
    async with opened(shop) as source:
        customer = await source.describe_table(shop.schema.child("customer"))

    assert (customer.comment, customer.estimated_rows, customer.definition) == ("Who buys", 2, None)
    assert customer.size_bytes is not None
    assert customer.size_bytes >= 16_384
    assert [(each.name, each.data_type, each.nullable, each.default, each.comment) for each in customer.columns] == [
        ("id", "int(10) unsigned", False, None, "who"),
        ("email", "varchar(40)", False, None, None),
        ("note", "text", True, "'none'", None),
        ("age", "smallint(6)", True, None, None),
    ]


async def test_keys_and_references_are_described(shop: MariaDb) -> None:
    async with opened(shop) as source:
        customer = await source.describe_table(shop.schema.child("customer"))
        purchase = await source.describe_table(shop.schema.child("purchase"))

    assert (customer.primary_key, customer.unique_keys) == (("id",), (("email",),))
    assert (purchase.primary_key, purchase.unique_keys) == (("customer_id", "number"), (("kind", "number"),))
    assert purchase.foreign_keys == (ForeignKey("buyer", ("customer_id",), shop.schema.child("customer"), ("id",)),)


async def test_a_view_has_its_definition_and_a_torn_one_hides_no_other(shop: MariaDb) -> None:
    shop.run("DROP TABLE purchase")

    async with opened(shop) as source:
        tables = {table.fqn.name: table for table in (await source.describe_schema(shop.schema)).tables}

    assert [column.name for column in tables["buyer"].columns] == ["id", "email"]
    assert (tables["buyer"].definition or "").startswith("select `shop`.`customer`.`id` AS `id`")
    assert (tables["buyer"].estimated_rows, tables["buyer"].comment) == (None, None)
    assert tables["torn"].columns == ()


async def test_names_that_differ_in_case_only_are_two_tables(shop: MariaDb) -> None:
    shop.run("CREATE TABLE Customer (other int)")

    async with opened(shop) as source:
        both = [await source.describe_table(shop.schema.child(name)) for name in ("customer", "Customer")]

    assert [len(table.columns) for table in both] == [4, 1]


async def test_a_database_of_an_odd_name_is_a_schema_of_that_name(shop: MariaDb) -> None:
    name = 'o`d.d\'s "größe" %s \\ 表'
    quoted = quote_column(name)
    shop.run(f"CREATE OR REPLACE DATABASE {quoted}", f"CREATE TABLE {quoted}.t AS SELECT 1 AS v")
    settings = replace(await shop.settings(), database=name)

    source = await open_mysql(settings, shop.password(), SourceSettings())
    schemas = await source.schemas()
    rows = await source.fetch(f"SELECT v FROM {quote_table(Fqn.of('svc', name, name, 't'))}")
    await source.close()
    shop.run(f"DROP DATABASE {quoted}")

    assert (schemas, [row["v"] for row in rows]) == ([name], [1])


async def test_other_databases_of_the_server_are_out_of_reach(shop: MariaDb) -> None:
    async with opened(shop) as source:
        with pytest.raises(TableFailed, match=r"mysql[.]user does not exist"):
            await source.fetch('SELECT count(*) AS n FROM "mysql"."user"')


async def test_a_reference_into_another_database_is_left_out(shop: MariaDb) -> None:
    shop.run(
        "CREATE OR REPLACE DATABASE elsewhere",
        "CREATE TABLE elsewhere.parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int, FOREIGN KEY (id) REFERENCES elsewhere.parent (id))",
    )

    async with opened(shop) as source:
        child = await source.describe_table(shop.schema.child("child"))
    shop.run("DROP TABLE child", "DROP DATABASE elsewhere")

    assert child.foreign_keys == ()
