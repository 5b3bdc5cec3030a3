"""A page of a long list, read by key and not by offset, so that nothing shifts while someone reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.errors import Invalid

T = TypeVar("T")

DEFAULT_PAGE = 20
LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`first` items after a key, or `last` items before one; a key is the sort key of an item."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise Invalid("last", "Give first or last, not both.")
        for name in ("first", "last"):
            size = getattr(self, name)
            if size is not None and not 0 <= size <= LARGEST_PAGE:
                raise Invalid(name, f"{name} lies between 0 and {LARGEST_PAGE}, not {size}.")

    @property
    def is_backward(self) -> bool:
        return self.last is not None

    @property
    def size(self) -> int:
        if self.last is not None:
            return self.last
        return DEFAULT_PAGE if self.first is None else self.first


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The items in the list's own order, each with its key."""

    items: Sequence[tuple[str, T]]
    has_next: bool
    has_previous: bool


def cut(items: Sequence[tuple[str, T]], request: PageRequest) -> Page[T]:
    """Make the page of what was read: one item more than asked for tells whether there is more."""
    more = len(items) > request.size
    kept = list(items[: request.size])
    if request.is_backward:
        return Page(kept[::-1], has_next=request.before is not None, has_previous=more)
    return Page(kept, has_next=more, has_previous=request.after is not None)
