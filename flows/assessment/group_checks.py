"""The kinds that look at more than one row at a time: uniqueness, references, dependencies between columns."""
# ruff: noqa: S608 - every name and every value is quoted where it enters the text

from collections.abc import Sequence

from domain.assets.model import FoundTable
from domain.fqn import Fqn
from domain.rules.model import RuleDefinition
from flows.assessment.check import SelectCheck
from flows.assessment.readings import ColumnReader
from flows.sources.dialect import quote_name, quote_table


def unique_check(rule: RuleDefinition, table: FoundTable, columns: Sequence[ColumnReader]) -> SelectCheck:
    counted, names, source = _counted(rule, columns), _names(columns), quote_table(table.fqn)
    size = quote_name(free_name("rows_with_these_values", table))
    groups = f"SELECT count(*) AS size FROM {source} WHERE {counted} GROUP BY {names}"
    rows = f"SELECT *, count(*) OVER (PARTITION BY {names}) AS {size} FROM {source} WHERE {counted}"
    return SelectCheck(
        select=_sums("size", "size > 1", f"({groups}) AS value_group"),
        failing_rows=f"SELECT * FROM ({rows}) AS counted WHERE {size} > 1",
    )


def reference_check(rule: RuleDefinition, table: FoundTable, columns: Sequence[ColumnReader]) -> SelectCheck:
    """Counting joins once against the distinct parents; finding looks each row up."""
    parent, parent_columns = _parent(rule)
    source, counted = quote_table(table.fqn), _counted(rule, columns)
    distinct = f"SELECT DISTINCT {', '.join(parent_columns)} FROM {quote_table(parent)}"
    on = " AND ".join(
        f"child.{own.plain} = parent.{theirs}" for own, theirs in zip(columns, parent_columns, strict=True)
    )
    children = f"(SELECT * FROM {source} WHERE {counted}) AS child"
    orphan = f"parent.{parent_columns[0]} IS NULL"
    return SelectCheck(
        select=f"SELECT count(*) AS evaluated, count(*) FILTER (WHERE {orphan}) AS failed "
        f"FROM {children} LEFT JOIN ({distinct}) AS parent ON {on}",
        failing_rows=f"SELECT * FROM {children} WHERE NOT EXISTS "
        f"(SELECT 1 FROM {quote_table(parent)} AS parent WHERE {on})",
    )


def dependency_check(rule: RuleDefinition, table: FoundTable, columns: Sequence[ColumnReader]) -> SelectCheck:
    """A row holds when its value is the single most frequent one of its group: in a draw, nobody knows who is right."""
    counted, source = _counted(rule, columns), quote_table(table.fqn)
    every, determinants = _names(columns), _names(columns[:-1])
    size = quote_name(free_name("rows_with_this_value", table))
    votes = quote_name(free_name("votes_for_this_value", table))
    groups = (
        f"SELECT {determinants}, count(*) AS {size}, {_votes(columns[-1], 'count(*)')} AS {votes} "
        f"FROM {source} WHERE {counted} GROUP BY {every}"
    )
    usual = f"{_wins(votes, determinants)} AND count(*) OVER (PARTITION BY {determinants}, {votes}) = 1"
    every_row = f"count(*) OVER (PARTITION BY {every})"
    rows = f"SELECT *, {every_row} AS {size}, {_votes(columns[-1], every_row)} AS {votes} FROM {source} WHERE {counted}"
    alone = f"count(*) OVER (PARTITION BY {determinants}, {votes}) = {size}"
    is_usual = quote_name(free_name("is_usual", table))
    ranked = f"SELECT *, {_wins(votes, determinants)} AND {alone} AS {is_usual} FROM ({rows}) AS counted"
    return SelectCheck(
        select=_sums(size, "NOT usual", f"(SELECT {size}, {usual} AS usual FROM ({groups}) AS value_group) AS judged"),
        failing_rows=f"SELECT * FROM ({ranked}) AS ranked WHERE NOT {is_usual}",
    )


def _votes(dependent: ColumnReader, size: str) -> str:
    """A blank has no vote: among filled values it never is the usual one."""
    return f"CASE WHEN {dependent.filled} THEN {size} ELSE 0 END"


def _wins(votes: str, determinants: str) -> str:
    return f"{votes} = max({votes}) OVER (PARTITION BY {determinants})"


def _sums(size: str, failing: str, source: str) -> str:
    return (
        f"SELECT coalesce(sum({size}), 0)::bigint AS evaluated, "
        f"coalesce(sum({size}) FILTER (WHERE {failing}), 0)::bigint AS failed FROM {source}"
    )


def _counted(rule: RuleDefinition, columns: Sequence[ColumnReader]) -> str:
    if not rule.ignores_nulls:
        return "true"
    return " AND ".join(f"{column.plain} IS NOT NULL" for column in columns)


def _parent(rule: RuleDefinition) -> tuple[Fqn, list[str]]:
    columns = rule.parameters["referenced_columns"]
    assert isinstance(columns, list)
    return Fqn.parse(str(rule.parameters["referenced_table"])), [quote_name(column) for column in columns]


def _names(columns: Sequence[ColumnReader]) -> str:
    return ", ".join(column.plain for column in columns)


def free_name(wanted: str, table: FoundTable) -> str:
    """A name that no column of the table has."""
    taken = {column.name for column in table.columns}
    while wanted in taken:
        wanted += "_"
    return wanted
