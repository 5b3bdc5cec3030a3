"""What is sent to a warehouse is one SELECT in its own SQL, whatever names its tables have."""

from datetime import UTC, datetime

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from sqlglot.errors import ErrorLevel

from domain.assets.model import AssetType, FoundColumn, FoundTable
from domain.connections.model import ConnectionKind
from domain.fqn import Fqn
from domain.rules.model import RuleDefinition, RuleKind
from flows.assessment.compile import compile_rules
from flows.failures import TableFailed
from flows.sources.dialect import quote_table
from flows.sources.warehouses.dialect import WarehouseDialect
from flows.sources.warehouses.engines import WAREHOUSES
from flows.sources.warehouses.statements import checked
from flows.sources.warehouses.translation import NotInThisEngine, translated
from tests.flows.sources.warehouses.stand_in import assert_only_reads

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).map(
    lambda name: f"{name} {name}"
)
KINDS = list(WAREHOUSES)


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not ConnectionKind.BIGQUERY])
@given(schema=NAMES, table=NAMES, column=NAMES)
def test_a_rule_on_odd_names_asks_of_those_names(kind: ConnectionKind, schema: str, table: str, column: str) -> None:
    found = _table(Fqn.of("svc", "shop", schema, table), column)

    assert _names(_rule_sql(kind, found, column), kind) == ({schema}, {table}, {column})


@settings(max_examples=40, deadline=None)
@given(schema=NAMES, table=NAMES, column=NAMES)
def test_bigquery_asks_of_every_name_that_it_can_have(schema: str, table: str, column: str) -> None:
    """A dot parts names there, even between quotes, and there are neither grave accents nor backslashes in them."""
    schema, table, column = (name.translate(str.maketrans(".`\\", "---")) for name in (schema, table, column))
    found = _table(Fqn.of("svc", "shop", schema, table), column)

    sql = _rule_sql(ConnectionKind.BIGQUERY, found, column)

    assert _names(sql, ConnectionKind.BIGQUERY) == ({schema}, {table}, {column})


def _table(fqn: Fqn, column: str) -> FoundTable:
    return FoundTable(fqn, AssetType.TABLE, (FoundColumn(column, 1, "varchar", nullable=True),))


def _rule_sql(kind: ConnectionKind, table: FoundTable, column: str) -> str:
    rules = [RuleDefinition(RuleKind.NOT_NULL, table.fqn, (column,))]
    (scan,) = compile_rules(rules, table, NOW, WarehouseDialect(warehouse=WAREHOUSES[kind]))
    return translated(scan.sql, WAREHOUSES[kind])


def _names(sql: str, kind: ConnectionKind) -> tuple[set[str], set[str], set[str]]:
    (tree,) = sqlglot.parse(sql, read=WAREHOUSES[kind].dialect, error_level=ErrorLevel.RAISE)
    assert_only_reads(tree)
    assert tree is not None
    tables = list(tree.find_all(exp.Table))
    columns = {column.name for column in tree.find_all(exp.Column)}
    return {table.db for table in tables}, {table.name for table in tables}, columns


@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=12).filter(lambda text: "\0" not in text))
def test_a_text_stays_what_it_is(kind: ConnectionKind, text: str) -> None:
    table = FoundTable(
        Fqn.of("svc", "shop", "s", "t"), AssetType.TABLE, (FoundColumn("a", 1, "varchar", nullable=True),)
    )
    rule = RuleDefinition(RuleKind.ACCEPTED_VALUES, table.fqn, ("a",), {"values": [text]})
    warehouse = WAREHOUSES[kind]
    (scan,) = compile_rules([rule], table, NOW, WarehouseDialect(warehouse=warehouse))

    (tree,) = sqlglot.parse(translated(scan.sql, warehouse), read=warehouse.dialect, error_level=ErrorLevel.RAISE)

    assert tree is not None
    (among,) = tree.find_all(exp.In)
    assert [each.name for each in among.expressions] == [text]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM s.t",
        "SELECT 1; SELECT 2",
        "CREATE TABLE a AS SELECT 1",
        "SELECT * INTO a FROM s.t",
        "WITH gone AS (DELETE FROM s.t RETURNING *) SELECT * FROM gone",
        "SELECT * FROM s.t FOR UPDATE",
        "SELECT FROM FROM",
        "SET a = 1",
        "EXEC something",
        "",
    ],
)
def test_whatever_does_more_than_to_read_is_not_sent(kind: ConnectionKind, sql: str) -> None:
    with pytest.raises(TableFailed):
        translated(sql, WAREHOUSES[kind])
    with pytest.raises(TableFailed):
        checked(sql, WAREHOUSES[kind].dialect)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_without_quotes_is_not_sent(kind: ConnectionKind) -> None:
    with pytest.raises(TableFailed, match="not quoted"):
        checked("SELECT a FROM t", WAREHOUSES[kind].dialect)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT mystery(1) AS n", "it takes mystery"),
        ("SELECT sum(n) AS n FROM generate_series(1, 3) AS s(n)", "it takes check digits"),
        ("SELECT assay_unavailable('moments with a zone') AS n", "it takes moments with a zone"),
    ],
)
def test_what_an_engine_has_no_words_for_is_refused_with_the_reason(
    kind: ConnectionKind, sql: str, reason: str
) -> None:
    with pytest.raises(NotInThisEngine, match=f"{WAREHOUSES[kind].label} cannot be asked this: {reason}"):
        translated(sql, WAREHOUSES[kind])


def test_sql_server_is_not_asked_for_regular_expressions() -> None:
    with pytest.raises(NotInThisEngine, match="it takes regular expressions"):
        translated(
            f"SELECT a ~ '^x' AS n FROM {quote_table(Fqn.of('s', 'd', 's', 't'))}", WAREHOUSES[ConnectionKind.SQLSERVER]
        )


@pytest.mark.parametrize(
    ("kind", "condition", "said"),
    [
        (ConnectionKind.SNOWFLAKE, '("a" > 1) IS NOT TRUE', 'NOT CASE WHEN ("a" > 1) THEN 1 ELSE 0 END = 1'),
        (ConnectionKind.SNOWFLAKE, "nullif(\"a\", 'NaN') > 1", "NULLIF(\"a\", CAST('NaN' AS DOUBLE)) > 1"),
        (ConnectionKind.TRINO, "nullif(\"a\", 'NaN') > 1", '"a" > 1'),
        (ConnectionKind.SQLSERVER, "nullif(\"a\", 'NaN') > 1", "[a] > 1"),
        (ConnectionKind.SQLSERVER, "\"a\" = 'Ä'", "[a] = N'Ä'"),
        (
            ConnectionKind.SQLSERVER,
            'length(CAST("a" AS VARCHAR)) > 1',
            "DATALENGTH(CAST([a] AS NVARCHAR(MAX)) COLLATE Latin1_General_100_BIN2) / 2 > 1",
        ),
        (ConnectionKind.BIGQUERY, "(\"a\" AT TIME ZONE 'UTC') > \"b\"", "(DATETIME(`a`, 'UTC')) > `b`"),
        (
            ConnectionKind.SNOWFLAKE,
            "regexp_replace(\"a\", '[0-9]', '9', 'g') = '9'",
            "REGEXP_REPLACE(\"a\", '[0-9]', '9') = '9'",
        ),
    ],
)  # fmt: skip
def test_what_would_mean_something_else_is_said_otherwise(kind: ConnectionKind, condition: str, said: str) -> None:
    sql = translated(f'SELECT count(*) AS n FROM "s"."t" WHERE {condition}', WAREHOUSES[kind])

    assert sql.partition(" WHERE ")[2] == said


def test_sql_server_selects_no_condition() -> None:
    sql = translated('SELECT "a" > 1 AS b FROM "s"."t"', WAREHOUSES[ConnectionKind.SQLSERVER])

    assert sql == "SELECT CASE WHEN [a] > 1 THEN 1 ELSE 0 END AS [b] FROM [s].[t]"
