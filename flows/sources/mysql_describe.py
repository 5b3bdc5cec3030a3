"""From MySQL's information schema to what the connection's database holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from domain.assets.model import AssetType, ForeignKey, FoundColumn, FoundTable
from domain.fqn import Fqn
from flows.sources.base import Row
from flows.sources.mysql_session import MySqlSession

ByTable = Mapping[str, Sequence[Row]]

# A name compares without case there, so what belongs to a table is told by its own name afterwards.
_WANTED = "TABLE_SCHEMA = DATABASE() AND (%s IS NULL OR TABLE_NAME = %s)"
_TABLES = f"""
SELECT t.TABLE_NAME AS name, t.TABLE_TYPE AS kind, t.TABLE_COMMENT AS comment, t.TABLE_ROWS AS estimated_rows,
       t.DATA_LENGTH + t.INDEX_LENGTH AS size_bytes, v.VIEW_DEFINITION AS definition
FROM information_schema.TABLES t
LEFT JOIN information_schema.VIEWS v ON v.TABLE_SCHEMA = t.TABLE_SCHEMA AND v.TABLE_NAME = t.TABLE_NAME
WHERE t.{_WANTED.replace("TABLE_NAME", "t.TABLE_NAME")} AND t.TABLE_TYPE <> 'SEQUENCE'
"""  # noqa: S608 - constants put together
_COLUMNS = f"""
SELECT TABLE_NAME AS relation, COLUMN_NAME AS name, ORDINAL_POSITION AS position, COLUMN_TYPE AS data_type,
       IS_NULLABLE = 'YES' AS nullable, COLUMN_DEFAULT AS default_value, COLUMN_COMMENT AS comment
FROM information_schema.COLUMNS WHERE {_WANTED} ORDER BY TABLE_NAME, ORDINAL_POSITION
"""  # noqa: S608 - constants put together
_UNIQUE_KEYS = f"""
SELECT TABLE_NAME AS relation, INDEX_NAME AS name, COLUMN_NAME AS part
FROM information_schema.STATISTICS WHERE {_WANTED} AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""  # noqa: S608 - constants put together
_FOREIGN_KEYS = f"""
SELECT TABLE_NAME AS relation, CONSTRAINT_NAME AS name, COLUMN_NAME AS part, REFERENCED_TABLE_NAME AS parent,
       REFERENCED_COLUMN_NAME AS theirs
FROM information_schema.KEY_COLUMN_USAGE
WHERE {_WANTED} AND REFERENCED_TABLE_SCHEMA = TABLE_SCHEMA ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
"""  # noqa: S608 - constants put together
_PRIMARY = "PRIMARY"


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """The rows of each kind of fact, by the name of their table."""

    columns: ByTable
    keys: ByTable
    foreign_keys: ByTable

    @classmethod
    def read(cls, session: MySqlSession, table: str | None) -> CatalogueFacts:
        def by_table(sql: str) -> ByTable:
            found: dict[str, list[Row]] = defaultdict(list)
            for row in session.ask(sql, table, table):
                found[row["relation"]].append(row)
            return found

        return cls(by_table(_COLUMNS), by_table(_UNIQUE_KEYS), by_table(_FOREIGN_KEYS))


def describe(session: MySqlSession, schema: Fqn, only: str | None) -> list[FoundTable]:
    facts = CatalogueFacts.read(session, only)
    found = [row for row in session.ask(_TABLES, only, only) if only in {None, row["name"]}]
    return [_table(schema, row, facts) for row in sorted(found, key=lambda row: str(row["name"]))]


def columns_of(session: MySqlSession, table: str) -> list[FoundColumn]:
    """Empty for a table that is not there, or of which the user may know nothing."""
    return [_column(row) for row in session.ask(_COLUMNS, table, table) if row["relation"] == table]


def _table(schema: Fqn, row: Row, facts: CatalogueFacts) -> FoundTable:
    name = str(row["name"])
    is_view = "VIEW" in row["kind"]
    keys = _keys(facts.keys.get(name, ()))
    return FoundTable(
        fqn=schema.child(name),
        type=AssetType.VIEW if is_view else AssetType.TABLE,
        columns=tuple(_column(each) for each in facts.columns.get(name, ())),
        comment=None if is_view else row["comment"] or None,
        primary_key=keys.get(_PRIMARY, ()),
        unique_keys=tuple(dict.fromkeys(columns for key, columns in keys.items() if key != _PRIMARY)),
        foreign_keys=_foreign_keys(schema, facts.foreign_keys.get(name, ())),
        estimated_rows=None if is_view else row["estimated_rows"],
        size_bytes=None if is_view else row["size_bytes"],
        definition=row["definition"] or None,
    )


def _column(row: Row) -> FoundColumn:
    """MariaDB writes a default of NULL out."""
    default = row["default_value"]
    return FoundColumn(
        name=row["name"],
        position=row["position"],
        data_type=row["data_type"],
        nullable=bool(row["nullable"]),
        default=None if default == "NULL" else default,
        comment=row["comment"] or None,
    )


def _keys(rows: Sequence[Row]) -> Mapping[str, tuple[str, ...]]:
    """A key with a computed part, which has no name, guarantees less."""
    keys = {name: tuple(row["part"] for row in group) for name, group in groupby(rows, key=lambda row: row["name"])}
    return {name: columns for name, columns in keys.items() if None not in columns}


def _foreign_keys(schema: Fqn, rows: Sequence[Row]) -> tuple[ForeignKey, ...]:
    """Those that stay in the database; another one is no part of the source."""
    return tuple(_foreign_key(schema, name, list(group)) for name, group in groupby(rows, key=lambda row: row["name"]))


def _foreign_key(schema: Fqn, name: str, rows: Sequence[Row]) -> ForeignKey:
    return ForeignKey(
        name=name,
        columns=tuple(row["part"] for row in rows),
        referenced_table=schema.child(rows[0]["parent"]),
        referenced_columns=tuple(row["theirs"] for row in rows),
    )
