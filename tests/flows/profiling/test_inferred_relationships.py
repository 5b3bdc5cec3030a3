import pytest

from domain.fqn import Fqn
from domain.profiles.model import InferredRelationship, Method, Reading
from flows.profiling.reference_candidates import find_candidates
from flows.profiling.reference_keys import Neighbours
from flows.profiling.relationships import infer_relationships
from tests.flows.sources.source_database import PUBLIC, READER, SourceDatabase

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

SHOP = (
    "CREATE TABLE customer (id integer PRIMARY KEY, code text UNIQUE)",
    "INSERT INTO customer SELECT i, 'c' || i FROM generate_series(1, 100) i",
    "CREATE TABLE purchase (id integer PRIMARY KEY, customer_id bigint, customer_code text, amount integer)",
)


async def _inferred(database: SourceDatabase, name: str) -> dict[str, InferredRelationship]:
    async with database.opened() as source:
        tables = (await source.describe_schema(PUBLIC)).tables
        table = next(table for table in tables if table.fqn.name == name)
        found = await infer_relationships(source, table, Neighbours(source, tables))
    return {relationship.columns[0]: relationship for relationship in found}


async def test_reference_is_found_with_its_containment_and_orphans(database: SourceDatabase) -> None:
    await database.run(
        *SHOP,
        "INSERT INTO purchase SELECT i, CASE WHEN i <= 190 THEN 1 + i % 100 WHEN i <= 199 THEN 900 END FROM "
        "generate_series(1, 200) i",
    )

    found = await _inferred(database, "purchase")

    assert found == {
        "customer_id": InferredRelationship(
            columns=("customer_id",),
            referenced_table=PUBLIC.child("customer"),
            referenced_columns=("id",),
            containment=190 / 199,
            orphans=9,
            confidence=0.95 * 190 / 199,
            checked=199,
            reading=Reading(Method.EXACT, 200, 200),
        )
    }


@pytest.mark.parametrize(("orphans", "found"), [(30, {"customer_id"}), (31, set())])
async def test_clear_name_needs_seven_tenths_of_the_values(
    database: SourceDatabase, orphans: int, found: set[str]
) -> None:
    await database.run(
        *SHOP,
        f"INSERT INTO purchase SELECT i, CASE WHEN i <= {orphans} THEN 900 ELSE i END FROM generate_series(1, 100) i",
    )

    assert set(await _inferred(database, "purchase")) == found


async def test_column_without_values_refers_to_nothing(database: SourceDatabase) -> None:
    await database.run(*SHOP, "INSERT INTO purchase (id) VALUES (1)")

    assert await _inferred(database, "purchase") == {}


async def test_declared_reference_is_not_inferred_again(database: SourceDatabase) -> None:
    await database.run(
        *SHOP,
        "INSERT INTO purchase VALUES (1, 1, 'c1')",
        "ALTER TABLE purchase ADD FOREIGN KEY (customer_code) REFERENCES customer (code)",
    )

    assert set(await _inferred(database, "purchase")) == {"customer_id"}


async def test_tree_refers_to_itself(database: SourceDatabase) -> None:
    await database.run(
        "CREATE TABLE category (id integer PRIMARY KEY, parent_id integer)",
        "INSERT INTO category VALUES (1, NULL), (2, 1), (3, 1)",
    )

    found = await _inferred(database, "category")

    assert [(r.columns, r.referenced_table.name, r.containment) for r in found.values()] == [
        (("parent_id",), "category", 1.0)
    ]


async def test_types_that_do_not_compare_are_no_candidates(database: SourceDatabase) -> None:
    await database.run("CREATE TABLE customer (id uuid PRIMARY KEY)", "CREATE TABLE purchase (customer_id integer)")

    async with database.opened() as source:
        customer, purchase = (await source.describe_schema(PUBLIC)).tables
        assert await find_candidates(purchase, Neighbours(source, [customer, purchase]), ()) == []


async def test_parent_that_may_not_be_read_is_passed_over(database: SourceDatabase) -> None:
    await database.run(*SHOP, "INSERT INTO purchase VALUES (1, 1, 'c1')", f"GRANT SELECT ON purchase TO {READER}")

    async with database.opened_by_reader() as source:
        customer, purchase = (await source.describe_schema(PUBLIC)).tables
        assert await infer_relationships(source, purchase, Neighbours(source, [customer])) == ()


async def test_checks_are_bounded(database: SourceDatabase) -> None:
    await database.run(*SHOP, "INSERT INTO purchase VALUES (1, 1, 'c1')")

    async with database.opened() as source:
        customer, purchase = (await source.describe_schema(PUBLIC)).tables
        found = await infer_relationships(source, purchase, Neighbours(source, [customer]), max_checks=1)

    assert [relationship.columns for relationship in found] == [("customer_code",)]
    assert Fqn.of(*PUBLIC.parts, "customer") == found[0].referenced_table
