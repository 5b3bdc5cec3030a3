"""Keyset pages over one unique, ordered column."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from domain.errors import Invalid
from domain.pages import Page, PageRequest, cut

R = TypeVar("R")
T = TypeVar("T")


async def read_page(
    session: AsyncSession,
    statement: Select[R],
    request: PageRequest,
    *,
    key: Mapped[Any],
    read_key: Callable[[str], Any],  # from the text of a cursor to the column's value
    to_model: Callable[[R], T],
    descending: bool = False,
) -> Page[T]:
    """One page in the order of `key`, an ordered and unique column. One row more than asked for is read."""
    assert isinstance(key, InstrumentedAttribute)
    if request.after is not None:
        value = _read("after", request.after, read_key)
        statement = statement.where(key < value if descending else key > value)
    if request.before is not None:
        value = _read("before", request.before, read_key)
        statement = statement.where(key > value if descending else key < value)
    downwards = descending != request.is_backward
    ordered = statement.order_by(key.desc() if downwards else key.asc()).limit(request.size + 1)
    rows = (await session.scalars(ordered)).all()
    return cut([(str(getattr(row, key.key)), to_model(row)) for row in rows], request)


def _read(name: str, cursor: str, read_key: Callable[[str], Any]) -> Any:  # noqa: ANN401 - a column's value
    try:
        return read_key(cursor)
    except ValueError:
        raise Invalid(name, f"{name} is not a cursor of this list; use one that a page of it gave.") from None
