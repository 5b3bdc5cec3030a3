"""From what a warehouse says of itself to what its schemas hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from domain.assets.model import AssetType, ForeignKey, FoundColumn, FoundTable
from domain.fqn import Fqn
from flows.sources.base import Row
from flows.sources.warehouses.warehouse import Question, Warehouse, plain_name

Ask = Callable[[str], Sequence[Row]]
"""Sends a statement of the catalogue; its rows, by the names that the statement gives in lower case."""
ByTable = Mapping[str, Sequence[Row]]

_DECIMALS = frozenset({"number", "decimal", "numeric"})
_LONGEST_DECLARED = 65_535
"""Characters; a longer bound is the engine's own, which nobody declared."""


def describe(ask: Ask, warehouse: Warehouse, schema: Fqn, only: str | None) -> list[FoundTable]:
    """All tables of the schema, or the one of this name, by their names."""
    catalogue = warehouse.catalogue
    tables = [row for row in ask(catalogue.tables) if only in {None, row["relation"]}]
    if not tables:
        return []
    columns = _by_table(ask, [Question(catalogue.columns)])
    keys, foreign_keys = _by_table(ask, catalogue.keys), _by_table(ask, catalogue.foreign_keys)
    return [
        _table(schema, row, columns, keys, foreign_keys) for row in sorted(tables, key=lambda row: str(row["relation"]))
    ]


def _by_table(ask: Ask, questions: Sequence[Question]) -> ByTable:
    found: dict[str, list[Row]] = defaultdict(list)
    for question in questions:
        for row in ask(question.sql):
            named = {question.names.get(name, name): value for name, value in row.items()}
            found[named["relation"]].append({**named, **question.facts})
    return {name: sorted(rows, key=_place) for name, rows in found.items()}


def _place(row: Row) -> tuple[str, int]:
    """Columns stand by their place, those of keys by the key as well."""
    return (str(row["name"]) if "part" in row else "", int(row["place"]))


def _table(schema: Fqn, row: Row, columns: ByTable, keys: ByTable, foreign_keys: ByTable) -> FoundTable:
    name, is_view = str(row["relation"]), "VIEW" in str(row["kind"]).upper()
    declared = _keys(keys.get(name, ()))
    return FoundTable(
        fqn=schema.child(name),
        type=AssetType.VIEW if is_view else AssetType.TABLE,
        columns=tuple(_column(place, each) for place, each in enumerate(columns.get(name, ()), 1)),
        comment=row.get("comment") or None,
        primary_key=next((parts for kind, parts in declared if kind == "PRIMARY KEY"), ()),
        unique_keys=tuple(dict.fromkeys(parts for kind, parts in declared if kind == "UNIQUE")),
        foreign_keys=_foreign_keys(schema, foreign_keys.get(name, ())),
        estimated_rows=None if is_view else _whole(row.get("estimated_rows")),
        size_bytes=None if is_view else _whole(row.get("size_bytes")),
        definition=row.get("definition") or None,
    )


def _column(place: int, row: Row) -> FoundColumn:
    """Places are counted anew: some engines begin at 0, some leave those of dropped columns out."""
    return FoundColumn(
        name=str(row["name"]),
        position=place,
        data_type=_type_text(row),
        nullable=str(row["nullable"]).upper() in {"YES", "TRUE", "1"},
        default=row.get("default_value"),
        comment=row.get("comment") or None,
    )


def _type_text(row: Row) -> str:
    name = str(row["data_type"])
    digits, length = _whole(row.get("digits")), _whole(row.get("length"))
    if plain_name(name) in _DECIMALS and digits and "(" not in name:
        return f"{name}({digits},{_whole(row.get('scale')) or 0})"
    if length and 0 < length <= _LONGEST_DECLARED:
        return f"{name}({length})"
    return name


def _keys(rows: Sequence[Row]) -> list[tuple[str, tuple[str, ...]]]:
    grouped = groupby(rows, key=lambda row: (row["name"], row["kind"]))
    return [(str(kind), tuple(str(row["part"]) for row in group)) for (_, kind), group in grouped]


def _foreign_keys(schema: Fqn, rows: Sequence[Row]) -> tuple[ForeignKey, ...]:
    return tuple(_foreign_key(schema, name, list(group)) for name, group in groupby(rows, key=lambda row: row["name"]))


def _foreign_key(schema: Fqn, name: str, rows: Sequence[Row]) -> ForeignKey:
    database = schema.parent
    assert database is not None, "a schema lies in a database"
    return ForeignKey(
        name=name,
        columns=tuple(str(row["part"]) for row in rows),
        referenced_table=database.child(str(rows[0]["parent_schema"])).child(str(rows[0]["parent"])),
        referenced_columns=tuple(str(row["parent_part"]) for row in rows),
    )


def _whole(value: Any) -> int | None:  # noqa: ANN401 - a number of whatever type the driver gives
    """None for what is below zero as well: some engines say so that they have not counted yet."""
    return None if value is None or value < 0 else int(value)
