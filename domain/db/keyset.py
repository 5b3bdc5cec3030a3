"""Keyset pages: over one unique, ordered column, or over a value and then that column."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from domain.errors import Invalid
from domain.pages import Page, PageRequest, cut

R = TypeVar("R")
T = TypeVar("T")

_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class SortValue(Generic[R]):
    """What a list is sorted by; rows that are equal in it follow the key, so the order is total all the same."""

    name: str
    """Part of each cursor, so that a cursor of another order is refused. Neither it nor a value holds a tilde."""
    value: ColumnElement[Any] | Mapped[Any]
    read: Callable[[str], Any]  # from its text to the value
    text_of: Callable[[R], str]


@dataclass(frozen=True, slots=True)
class _Keyset(Generic[R]):
    """The place of a row in a list, as columns and as text."""

    key: InstrumentedAttribute[Any]
    read_key: Callable[[str], Any]
    by: SortValue[R] | None

    def beyond(self, name: str, cursor: str, *, downwards: bool) -> ColumnElement[bool]:
        """True for the rows behind the cursor, for one who reads in this direction."""
        value, key = self._read(name, cursor)
        here, there = (tuple_(self.by.value, self.key), (value, key)) if self.by else (self.key, key)
        return here < there if downwards else here > there

    def order(self, *, downwards: bool) -> list[ColumnElement[Any]]:
        columns = (self.by.value, self.key) if self.by else (self.key,)
        return [column.desc() if downwards else column.asc() for column in columns]

    def text_of(self, row: R) -> str:
        key = str(getattr(row, self.key.key))
        return _BETWEEN.join((self.by.name, self.by.text_of(row), key)) if self.by else key

    def _read(self, name: str, cursor: str) -> tuple[Any, Any]:
        """Value and key; the value is None in an order without."""
        try:
            if self.by is None:
                return None, self.read_key(cursor)
            order, value, key = cursor.split(_BETWEEN, 2)
            if order == self.by.name:
                return self.by.read(value), self.read_key(key)
        except ValueError:
            pass
        raise Invalid(name, f"{name} is not a cursor of this list; use one that a page of it gave.")


async def read_page(
    session: AsyncSession,
    statement: Select[R],
    request: PageRequest,
    *,
    key: Mapped[Any],
    read_key: Callable[[str], Any],  # from the text of a cursor to the column's value
    to_model: Callable[[R], T],
    descending: bool = False,
    by: SortValue[R] | None = None,
) -> Page[T]:
    """One page in the order of `by`, if given, and `key`, a unique column. One row more than asked for is read."""
    assert isinstance(key, InstrumentedAttribute)
    keyset = _Keyset(key, read_key, by)
    if request.after is not None:
        statement = statement.where(keyset.beyond("after", request.after, downwards=descending))
    if request.before is not None:
        statement = statement.where(keyset.beyond("before", request.before, downwards=not descending))
    ordered = statement.order_by(*keyset.order(downwards=descending != request.is_backward)).limit(request.size + 1)
    rows = (await session.scalars(ordered)).all()
    return cut([(keyset.text_of(row), to_model(row)) for row in rows], request)
