"""Rules that the local DuckDB evaluates count what plain Python counts, as those in PostgreSQL do."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings

from domain.assets.model import FoundTable
from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.rules.model import Outcome, RuleDefinition, RuleKind
from domain.settings import SourceSettings
from flows.assessment.evaluate import evaluate
from flows.sources.base import Source
from flows.sources.folder import open_folder
from flows.sources.sqlite import open_sqlite
from tests.fixtures.mariadb import MariaDbServer
from tests.flows.assessment import plain
from tests.flows.assessment.scratch import OBSERVED_AT
from tests.flows.assessment.test_equivalence import ROWS, rules_on
from tests.flows.sources.engines import MariaDb, opened

Cells = tuple[str | None, str | None]

_numbers = count(1)
SCHEMA = Fqn.of("scratch", "bank", "main")


@dataclass(frozen=True, slots=True)
class SqliteScratch:
    owner: sqlite3.Connection
    source: Source

    async def table(self, rows: list[Cells]) -> FoundTable:
        name = f"subject_{next(_numbers)}"
        with self.owner:
            self.owner.execute(f"CREATE TABLE {name} (a TEXT, b TEXT)")
            self.owner.executemany(f"INSERT INTO {name} VALUES (?, ?)", rows)
        return await self.source.describe_table(SCHEMA.child(name))


@pytest.fixture(scope="module")
async def sqlite_scratch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SqliteScratch]:
    path = tmp_path_factory.mktemp("rules") / "bank.sqlite"
    owner = sqlite3.connect(path)
    owner.execute("CREATE TABLE first (a TEXT)")
    source = await open_sqlite(ConnectionSettings(path=str(path)), None, SourceSettings())
    yield SqliteScratch(owner, source)
    await source.close()
    owner.close()


@dataclass(frozen=True, slots=True)
class MariaDbScratch:
    engine: MariaDb
    source: Source

    async def table(self, rows: list[Cells]) -> FoundTable:
        name = f"subject_{next(_numbers)}"
        with self.engine.server.connection("shop") as owner, owner.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name} (a text, b text)")
            cursor.executemany(f"INSERT INTO {name} VALUES (%s, %s)", rows)
        return await self.source.describe_table(self.engine.schema.child(name))


@pytest.fixture(scope="module")
async def mariadb_scratch(mariadb: MariaDbServer) -> AsyncIterator[MariaDbScratch]:
    engine = MariaDb(mariadb)
    async with opened(engine) as source:
        yield MariaDbScratch(engine, source)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
async def test_evaluation_on_sqlite_counts_what_plain_python_counts(
    rows: list[Cells], sqlite_scratch: SqliteScratch
) -> None:
    await _counts_what_plain_python_counts(sqlite_scratch, rows)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
async def test_evaluation_on_mariadb_counts_what_plain_python_counts(
    rows: list[Cells], mariadb_scratch: MariaDbScratch
) -> None:
    await _counts_what_plain_python_counts(mariadb_scratch, rows)


async def _counts_what_plain_python_counts(scratch: SqliteScratch | MariaDbScratch, rows: list[Cells]) -> None:
    table = await scratch.table(rows)
    rules, in_memory = rules_on(table.fqn), [dict(zip("ab", row, strict=True)) for row in rows]

    found = await evaluate(scratch.source, table, rules, OBSERVED_AT)

    assert {each.error for each in found} == {None}
    counted = [(rule.kind, rule.columns, each.evaluated, each.failed) for rule, each in zip(rules, found, strict=True)]
    assert counted == [(rule.kind, rule.columns, *plain.count(rule, in_memory)) for rule in rules]


DAYS = """day,text_day
2020-01-01,2020-01-01T10:00Z
2020-02-01,2020-02-30
2020-03-01,2020-03-01 10:00+0230
2027-01-01,2027-01-01
"""


@pytest.mark.parametrize(
    ("kind", "column", "parameters", "failed"),
    [
        (RuleKind.VALUE_RANGE, "day", {"max": "2020-02-01"}, 2),
        (RuleKind.VALUE_RANGE, "text_day", {"min": "2020-03-01T07:30:00+00:00"}, 2),
        (RuleKind.VALUE_RANGE, "text_day", {"min": "2020-03-01T07:30:01+00:00"}, 3),
        (RuleKind.NOT_IN_FUTURE, "day", {}, 1),
        (RuleKind.NOT_IN_FUTURE, "text_day", {}, 2),
        (RuleKind.READS_AS, "text_day", {"type": "date"}, 1),
        (RuleKind.FRESHNESS, "day", {"max_age_seconds": 86400}, 1),
        (RuleKind.ROW_COUNT, None, {"min": 4}, 0),
    ],
)
async def test_moments_are_read_from_dates_and_from_texts(
    tmp_path: Path, kind: RuleKind, column: str | None, parameters: dict[str, object], failed: int
) -> None:
    (tmp_path / "days.csv").write_text(DAYS)
    source = await open_folder(ConnectionSettings(path=str(tmp_path)), None, SourceSettings())
    table = await source.describe_table(SCHEMA.child("days"))
    rule = RuleDefinition(kind, table.fqn, (column,) if column else (), parameters)  # type: ignore[arg-type]  # as read

    (found,) = await evaluate(source, table, [rule], OBSERVED_AT)

    await source.close()
    assert (found.error, found.failed, found.outcome is Outcome.PASSED) == (None, failed, failed == 0)


SUBJECT = MariaDb.schema.child("typed")
PARENT = MariaDb.schema.child("parent")
REFERENCE = RuleDefinition(
    RuleKind.REFERENCE_EXISTS, SUBJECT, ("parent",), {"referenced_table": str(PARENT), "referenced_columns": ["id"]}
)
TYPED = (
    "DROP TABLE IF EXISTS typed, parent",
    "CREATE TABLE parent (id bigint unsigned PRIMARY KEY)",
    """CREATE TABLE typed (id int PRIMARY KEY, day datetime, price decimal(20,2), born date, parent int,
        ```odd "name` bit(1))""",
    "SET sql_mode = ''",
    "INSERT INTO parent VALUES (1), (2)",
    "INSERT INTO typed VALUES (1, '2020-01-01', 1.50, '0000-00-00', 1, b'1')",
    "INSERT INTO typed VALUES (2, '2020-02-02', 90071992547409.93, '2020-02-29', 3, NULL)",
    "INSERT INTO typed VALUES (3, '2127-01-01', 1.49, '2020-02-29', NULL, NULL), (4, NULL, 1.50, NULL, 2, b'0')",
)


async def test_failing_rows_are_shown_by_key_and_orphans_are_found(sqlite_scratch: SqliteScratch) -> None:
    owner = sqlite_scratch.owner
    with owner:
        owner.executescript(
            """CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER, "odd ""name" TEXT);
            INSERT INTO parent VALUES (1), (2);
            INSERT INTO child VALUES (1, 1, 'x'), (2, 3, NULL), (3, NULL, 'y');"""
        )
    table = await sqlite_scratch.source.describe_table(SCHEMA.child("child"))
    parameters = {"referenced_table": str(SCHEMA.child("parent")), "referenced_columns": ["id"]}
    rules = [
        RuleDefinition(RuleKind.REFERENCE_EXISTS, table.fqn, ("parent_id",), parameters),  # type: ignore[arg-type]  # as read
        RuleDefinition(RuleKind.NOT_NULL, table.fqn, ('odd "name',)),
    ]

    orphans, empty = await evaluate(sqlite_scratch.source, table, rules, OBSERVED_AT)

    assert (orphans.evaluated, orphans.failed, orphans.failing_keys) == (2, 1, ({"id": "2"},))
    assert (empty.evaluated, empty.failed, empty.failing_keys) == (3, 1, ({"id": "2"},))


@pytest.mark.parametrize(
    ("rule", "failed"),
    [
        (RuleDefinition(RuleKind.NOT_IN_FUTURE, SUBJECT, ("day",)), 1),
        (RuleDefinition(RuleKind.VALUE_RANGE, SUBJECT, ("day",), {"max": "2020-02-01"}), 2),
        (RuleDefinition(RuleKind.VALUE_RANGE, SUBJECT, ("price",), {"min": 1.5, "max": 90071992547409.93}), 1),
        (RuleDefinition(RuleKind.READS_AS, SUBJECT, ("born",), {"type": "date"}), 1),
        (RuleDefinition(RuleKind.NOT_NULL, SUBJECT, ('`odd "name',)), 2),
        (RuleDefinition(RuleKind.UNIQUE, SUBJECT, ("price",)), 2),
        (REFERENCE, 1),
    ],
    ids=lambda value: value.kind if isinstance(value, RuleDefinition) else None,
)
async def test_rules_read_the_types_of_mariadb(
    mariadb_scratch: MariaDbScratch, rule: RuleDefinition, failed: int
) -> None:
    mariadb_scratch.engine.run(*TYPED)
    table = await mariadb_scratch.source.describe_table(SUBJECT)

    (found,) = await evaluate(mariadb_scratch.source, table, [rule], OBSERVED_AT)

    assert (found.error, found.failed) == (None, failed)
    assert len(found.failing_keys) == failed
