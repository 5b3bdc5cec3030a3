from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, ClassVar

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the sample; `row_count` holds for every seed."""

    schema: str
    name: str
    key: tuple[str, ...]
    row_count: int
    holds: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; its fields are the columns, in their order."""

    TABLE: ClassVar[Table]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))

    @property
    def key(self) -> Key:
        return tuple(getattr(self, column) for column in self.TABLE.key)


def values_of(row_type: type[Row]) -> Callable[[Row], tuple[Any, ...]]:  # Any: a row mixes the types of its columns
    return attrgetter(*row_type.columns())
