from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain.assets.model import FoundTable
from domain.fqn import Fqn
from domain.profiles.model import InferredRelationship, Method, Reading
from domain.settings import ProfilingSettings
from flows.failures import TableFailed
from flows.profiling.engine import ProfilingEngine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import plan_profile
from flows.profiling.reference_candidates import find_candidates
from flows.profiling.reference_checks import MAX_CHECKED_ROWS
from flows.profiling.relationships import infer_relationships
from flows.sources.base import Row, Source
from tests.flows.sources.source_database import PUBLIC, READER, SourceDatabase

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

SHOP = (
    "CREATE TABLE customer (id integer PRIMARY KEY, code text UNIQUE)",
    "INSERT INTO customer SELECT i, 'c' || i FROM generate_series(1, 100) i",
    "CREATE TABLE purchase (id integer PRIMARY KEY, customer_id bigint, customer_code text, amount integer)",
)


class CountedStatements:
    """A source that counts what is fetched from it, and refuses some of it."""

    def __init__(self, source: Source, refused: str | None = None) -> None:
        self._source = source
        self._refused = refused
        self.statements = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Row]:
        self.statements += 1
        if self._refused and self._refused in sql:
            raise TableFailed("This table cannot be sampled.")
        return await self._source.fetch(sql, *arguments)


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


async def test_reference_to_a_key_called_n_is_found(database: SourceDatabase) -> None:
    await database.run(
        "CREATE TABLE customer (n integer PRIMARY KEY)",
        "INSERT INTO customer SELECT generate_series(1, 100)",
        "CREATE TABLE purchase AS SELECT i AS customer_n FROM generate_series(1, 90) i",
    )

    assert set(await _inferred(database, "purchase")) == {"customer_n"}


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


async def _described(database: SourceDatabase, source: Source) -> Mapping[str, FoundTable]:
    return {table.fqn.name: table for table in (await source.describe_schema(PUBLIC)).tables}


async def _profiled(
    database: SourceDatabase, engine: ProfilingEngine, name: str
) -> dict[tuple[str, ...], InferredRelationship]:
    """As in a run: with the profile of the columns."""
    await database.run("ANALYZE")
    async with database.opened() as source:
        tables = await _described(database, source)
        plan = plan_profile(tables[name], ProfilingSettings())
        profile = await profile_table(source, engine, plan, Neighbours(source, tables.values()))
    return {relationship.columns: relationship for relationship in profile.relationships}


async def test_reference_of_three_columns_stands_for_those_that_its_parent_passes_on(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        "CREATE TABLE course (course_id integer PRIMARY KEY)",
        "INSERT INTO course SELECT generate_series(1, 40)",
        "CREATE TABLE lesson (course_id integer, week integer, slot integer, PRIMARY KEY (course_id, week, slot))",
        "INSERT INTO lesson SELECT c, w, s FROM generate_series(1, 40) c, generate_series(1, 9) w,"
        " generate_series(1, 4) s WHERE (c + w + s) % 3 <> 0",
        "CREATE TABLE absence (absence_id integer PRIMARY KEY, slot integer, course_id integer, week integer)",
        "INSERT INTO absence SELECT row_number() OVER (), slot, course_id, week FROM lesson WHERE week < 8",
        "INSERT INTO absence VALUES (100001, 1, 1, 1), (100002, NULL, 1, 1)",
    )

    found = await _profiled(database, engine, "absence")

    (reference,) = found.values()
    assert (reference.columns, reference.referenced_table.name) == (("course_id", "week", "slot"), "lesson")
    rows = reference.checked
    assert rows is not None
    assert (reference.orphans, reference.containment) == (1, (rows - 1) / rows)
    assert reference.reading == Reading(Method.EXACT, rows + 1, rows + 1)  # the row without a slot refers to nothing


async def test_numbers_that_fit_by_chance_refer_to_nothing(database: SourceDatabase, engine: ProfilingEngine) -> None:
    await database.run(
        "CREATE TABLE small (id integer PRIMARY KEY)",
        "INSERT INTO small SELECT generate_series(1, 12)",
        "CREATE TABLE large (id integer PRIMARY KEY, twin text)",
        "INSERT INTO large SELECT i, 't' || i FROM generate_series(1, 5000) i",
        "CREATE TABLE reading (id integer PRIMARY KEY, month integer, grade integer, tries integer, born integer,"
        " half integer, mark text)",
        "INSERT INTO reading SELECT i, 1 + i % 12, 1 + i % 5, 1 + (i * 7919) % 4000, 1950 + i % 60, 1 + i / 2,"
        " chr(65 + i % 3) FROM generate_series(1, 9000) i",
    )

    assert await _profiled(database, engine, "reading") == {}


async def test_reference_without_a_word_in_common_is_told_by_the_gaps_of_its_key(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        "CREATE TABLE person (person_no integer PRIMARY KEY, note text)",
        "INSERT INTO person SELECT 40 + i * 3 + i % 2, 'p' || i FROM generate_series(1, 200) i",
        "CREATE TABLE boat (hull integer PRIMARY KEY, skipper integer)",
        "INSERT INTO boat SELECT i, 40 + (1 + i % 60) * 3 + (1 + i % 60) % 2 FROM generate_series(1, 90) i",
    )

    found = await _profiled(database, engine, "boat")

    assert [(r.columns, r.referenced_table.name, r.orphans) for r in found.values()] == [(("skipper",), "person", 0)]
    assert 0.5 < found["skipper",].confidence < 0.95


async def test_rows_that_refer_to_earlier_rows_are_told_by_their_order(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        "CREATE TABLE commit (nr integer PRIMARY KEY, base integer, lines integer)",
        "INSERT INTO commit SELECT i, CASE WHEN i % 10 > 1 THEN 1 + (i::bigint * 7919 * i) % (i - 1) END,"
        " 1 + (i * 131) % 900 FROM generate_series(1, 2000) i",
    )

    found = await _profiled(database, engine, "commit")

    assert [(r.columns, r.referenced_table.name, r.orphans) for r in found.values()] == [(("base",), "commit", 0)]


async def test_parts_and_copies_of_a_table_do_not_refer_to_each_other(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    columns = "(event_no uuid PRIMARY KEY, customer_id integer, happened date)"
    fill = "SELECT md5('e' || i)::uuid, 1 + i % 100, date '2024-01-01' + i FROM generate_series(1, 300) i"
    await database.run(
        *SHOP,
        f"CREATE TABLE event {columns}",
        f"CREATE TABLE event_2023 {columns}",
        f"INSERT INTO event {fill}",
        f"INSERT INTO event_2023 {fill}",
    )

    for name in ("event", "event_2023"):
        found = await _profiled(database, engine, name)
        assert [(r.columns, r.referenced_table.name) for r in found.values()] == [(("customer_id",), "customer")]


async def test_two_keys_with_the_same_values_refer_only_where_the_name_says_which_way(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        *SHOP,
        "CREATE TABLE loyalty (customer_id integer PRIMARY KEY, level integer)",
        "INSERT INTO loyalty SELECT id, id % 3 FROM customer",
        "CREATE TABLE credit (business_entity_no integer PRIMARY KEY)",
        "CREATE TABLE debit (business_entity_no integer PRIMARY KEY)",
        "INSERT INTO credit SELECT generate_series(1, 50)",
        "INSERT INTO debit SELECT generate_series(1, 50)",
    )

    assert set(await _profiled(database, engine, "loyalty")) == {("customer_id",)}
    assert [await _profiled(database, engine, name) for name in ("customer", "credit", "debit")] == [{}, {}, {}]


async def test_more_rows_than_are_checked_are_drawn_from_all_over_the_table(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    rows = 2 * MAX_CHECKED_ROWS
    await database.run(
        *SHOP,
        f"INSERT INTO purchase SELECT i, CASE WHEN i <= {rows * 3 // 4} THEN 1 + i % 100 ELSE 900 END"
        f" FROM generate_series(1, {rows}) i",
    )

    found = (await _profiled(database, engine, "purchase"))["customer_id",]

    assert found.reading is not None
    assert (found.reading.method, found.reading.population, found.reading.seed) == (Method.SAMPLED, rows, 1)
    assert found.checked == found.reading.rows_read == pytest.approx(MAX_CHECKED_ROWS, rel=0.1)
    assert found.containment == pytest.approx(0.75, abs=0.05)


async def test_first_rows_stand_for_a_table_of_unknown_size(database: SourceDatabase) -> None:
    await database.run(
        *SHOP, f"INSERT INTO purchase SELECT i, 1 + i % 100 FROM generate_series(1, {MAX_CHECKED_ROWS + 5}) i"
    )

    (found,) = (await _inferred(database, "purchase")).values()

    assert (found.checked, found.reading) == (
        MAX_CHECKED_ROWS,
        Reading(Method.SAMPLED, MAX_CHECKED_ROWS, MAX_CHECKED_ROWS),
    )


async def test_one_statement_compares_a_table_with_all_of_its_parents(database: SourceDatabase) -> None:
    await database.run(
        *SHOP,
        "CREATE TABLE clerk (id integer PRIMARY KEY)",
        "INSERT INTO clerk VALUES (1), (2)",
        "ALTER TABLE purchase ADD clerk_id integer",
        "INSERT INTO purchase VALUES (1, 1, 'c1', 5, 2)",
    )

    async with database.opened() as source:
        tables = await _described(database, source)
        counted = CountedStatements(source)
        neighbours = Neighbours(counted, tables.values())
        found = await infer_relationships(counted, tables["purchase"], neighbours)
        again = await infer_relationships(counted, tables["purchase"], neighbours)

    assert {one.columns for one in found} == {("customer_id",), ("customer_code",), ("clerk_id",)}
    assert again == found
    assert counted.statements == 3 + 2  # the keys of three tables, once; the rows of one, each time


async def test_foreign_table_cannot_be_drawn_from_and_is_read_from_the_start(database: SourceDatabase) -> None:
    await database.run(*SHOP, "INSERT INTO purchase VALUES (1, 1, 'c1')")

    async with database.opened() as source:
        tables = await _described(database, source)
        view_like = replace(tables["purchase"], estimated_rows=10 * MAX_CHECKED_ROWS)
        refusing = CountedStatements(source, refused="TABLESAMPLE")
        found = await infer_relationships(refusing, view_like, Neighbours(source, tables.values()))

    assert {one.columns for one in found} == {("customer_id",), ("customer_code",)}
    assert {one.reading for one in found} == {Reading(Method.EXACT, 1, 1)}


async def test_own_key_is_compared_only_with_numbers_whose_order_could_say_something(
    database: SourceDatabase, engine: ProfilingEngine
) -> None:
    await database.run(
        "CREATE TABLE t (id integer PRIMARY KEY, low integer, above integer)",
        "INSERT INTO t SELECT i, 1 + i * 7919 % 3, 1 + i * 7919 % 104729 % i FROM generate_series(1, 3000) i",
        "ANALYZE",
    )

    async with database.opened() as source:
        (table,) = (await source.describe_schema(PUBLIC)).tables
        neighbours = Neighbours(source, [table])
        profile = await profile_table(source, engine, plan_profile(table, ProfilingSettings()), neighbours)
        candidates = await find_candidates(table, neighbours, profile.columns)

    # Of 3,000 rows, two at random would have a `low` above their own key: that none has proves nothing.
    assert [candidate.columns for candidate in candidates] == [("above",)]
    assert [one.columns for one in profile.relationships] == [("above",)]
