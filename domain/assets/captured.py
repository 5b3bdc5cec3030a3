"""What a source reports about an asset, as it is kept: plain values, so that two readings can be compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.assets.model import AssetType, ForeignKey, FoundColumn, FoundSchema, FoundTable
from domain.fqn import Fqn


@dataclass(frozen=True, slots=True)
class FoundAsset:
    fqn: Fqn
    type: AssetType
    position: int
    captured: dict[str, Any]  # the keys depend on the type


_OUTER_TYPES = {1: AssetType.SERVICE, 2: AssetType.DATABASE}


def outer_levels(fqn: Fqn) -> list[FoundAsset]:
    """The service, and the database, of an FQN that reaches at least so far; the service first."""
    levels = [level for level in fqn.ancestors() if level.depth in _OUTER_TYPES]
    return [FoundAsset(level, _OUTER_TYPES[level.depth], 0, {}) for level in reversed(levels)]


def assets_of(found: FoundSchema) -> Iterator[FoundAsset]:
    """The schema, its tables and their columns, parents first."""
    yield FoundAsset(found.fqn, AssetType.SCHEMA, 0, {"comment": found.comment})
    for table in found.tables:
        yield FoundAsset(table.fqn, table.type, 0, _table(table))
        for column in table.columns:
            yield FoundAsset(table.fqn.child(column.name), AssetType.COLUMN, column.position, _column(column, table))


def _table(table: FoundTable) -> dict[str, Any]:
    return {
        "comment": table.comment,
        "primary_key": list(table.primary_key),
        "unique_keys": [list(key) for key in table.unique_keys],
        "foreign_keys": [
            {
                "name": key.name,
                "columns": list(key.columns),
                "referenced_table": str(key.referenced_table),
                "referenced_columns": list(key.referenced_columns),
            }
            for key in table.foreign_keys
        ],
        "check_constraints": list(table.check_constraints),
        "definition": table.definition,
    }


def _column(column: FoundColumn, table: FoundTable) -> dict[str, Any]:
    return {
        "comment": column.comment,
        "data_type": column.data_type,
        "nullable": column.nullable,
        "default": column.default,
        "in_primary_key": column.name in table.primary_key,
    }


def foreign_keys(captured: dict[str, Any]) -> tuple[ForeignKey, ...]:
    """The declared references of a table, read back."""
    return tuple(
        ForeignKey(
            key["name"],
            tuple(key["columns"]),
            Fqn.parse(key["referenced_table"]),
            tuple(key["referenced_columns"]),
        )
        for key in captured.get("foreign_keys", ())
    )
