"""Keyset pages: over one unique, ordered column, or over a value and then that column."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, tuple_
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


def read_moment(text: str) -> datetime:
    """For `SortValue.read`."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


@dataclass(frozen=True, slots=True)
class Walk:
    """An index on this column and the key, along which to read the rows that have this value.

    The value is asked for as a range and takes part in the order. As one value it would fall out of the order, and
    the planner could take the index on the key alone, which leads through all that is newer than the list.
    """

    column: ColumnElement[Any] | Mapped[Any]
    value: Any

    @property
    def condition(self) -> ColumnElement[bool]:
        return and_(self.column >= self.value, self.column <= self.value)


@dataclass(frozen=True, slots=True)
class _Keyset(Generic[R]):
    """The place of a row in a list, as columns and as text."""

    key: InstrumentedAttribute[Any]
    read_key: Callable[[str], Any]
    by: SortValue[R] | None
    along: Walk | None

    @property
    def first(self) -> ColumnElement[Any] | Mapped[Any] | None:
        """What comes before the key in the order."""
        return self.by.value if self.by else self.along.column if self.along else None

    def beyond(self, name: str, cursor: str, *, downwards: bool) -> ColumnElement[bool]:
        """True for the rows behind the cursor, for one who reads in this direction."""
        value, key = self._read(name, cursor)
        here, there = (self.key, key) if self.first is None else (tuple_(self.first, self.key), (value, key))
        return here < there if downwards else here > there

    def order(self, *, downwards: bool) -> list[ColumnElement[Any]]:
        columns = (self.key,) if self.first is None else (self.first, self.key)
        return [column.desc() if downwards else column.asc() for column in columns]

    def text_of(self, row: R) -> str:
        key = str(getattr(row, self.key.key))
        return _BETWEEN.join((self.by.name, self.by.text_of(row), key)) if self.by else key

    def _read(self, name: str, cursor: str) -> tuple[Any, Any]:
        """Value and key; the value is None in an order without."""
        try:
            if self.by is None:
                return self.along.value if self.along else None, self.read_key(cursor)
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
    along: Walk | None = None,
) -> Page[T]:
    """One page in the order of `by`, if given, and `key`, a unique column. One row more than asked for is read.

    In an order without `by`, `along` leaves the rows of one value and reads them along an index.
    """
    assert isinstance(key, InstrumentedAttribute)
    if along is not None:
        statement = statement.where(along.condition)
    keyset = _Keyset(key, read_key, by, along)
    if request.after is not None:
        statement = statement.where(keyset.beyond("after", request.after, downwards=descending))
    if request.before is not None:
        statement = statement.where(keyset.beyond("before", request.before, downwards=not descending))
    ordered = statement.order_by(*keyset.order(downwards=descending != request.is_backward)).limit(request.size + 1)
    rows = (await session.scalars(ordered)).all()
    return cut([(keyset.text_of(row), to_model(row)) for row in rows], request)
