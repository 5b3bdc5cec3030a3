"""Connections: pages of a list by key, with opaque cursors."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

import strawberry
from strawberry import UNSET

from api.graphql.fields import field
from domain.errors import Invalid
from domain.pages import DEFAULT_PAGE, LARGEST_PAGE, Page, PageRequest

T = TypeVar("T")
M = TypeVar("M")

First = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many items from the start, 0 to {LARGEST_PAGE}; {DEFAULT_PAGE} unless `last` is given."
    ),
]
After = Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description=f"How many items from the end, 0 to {LARGEST_PAGE}.")]
Before = Annotated[str | None, strawberry.argument(description="End in front of this cursor.")]


def given(value: T | None) -> T | None:
    """What the caller gave; None for an argument that was left out or is null."""
    return None if value is UNSET else value


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are items behind the page.")
    has_previous_page: bool = strawberry.field(description="Whether there are items in front of the page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null on an empty page.")


@strawberry.type(description="An item of a page, with its place in the list.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="The item's place, for `after` and `before`; opaque.")


@strawberry.type(description="A page of a list that can grow. The order is total and the same in both directions.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description=f"The items of the page, at most {LARGEST_PAGE}.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")


@strawberry.type(
    name="Connection",
    description="A page of a list that can grow, and the size of the list. The order is total, both ways.",
)
class CountedConnection(Connection[T], Generic[T]):
    counted: strawberry.Private[Callable[[], Awaitable[int]]]

    @field("Number of all items of the list; counted only when it is asked for.")
    async def total_count(self) -> int:
        return await self.counted()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list with its own cursors: one of another list, or a forged one, is refused before any SQL."""

    kind: str
    read_key: Callable[[str], object]

    def write(self, key: str) -> str:
        return urlsafe_b64encode(f"1:{self.kind}:{key}".encode()).decode().rstrip("=")

    def read(self, argument: str, cursor: str) -> str:
        try:
            text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
            version, kind, key = text.split(":", 2)
            self.read_key(key)
        except (Error, ValueError):
            version = kind = key = ""
        if (version, kind) != ("1", self.kind) or "\0" in key:
            raise Invalid(argument, f"{argument} is no cursor of this list; take one from an edge or from pageInfo.")
        return key

    def request(
        self, first: int | None, after: str | None, last: int | None = None, before: str | None = None
    ) -> PageRequest:
        cursors = {"after": given(after), "before": given(before)}
        keys = {name: self.read(name, text) for name, text in cursors.items() if text is not None}
        return PageRequest(first=given(first), last=given(last), **keys)

    def connect(self, page: Page[M], of: Callable[[M], T]) -> Connection[T]:
        edges, info = self._shape(page, of)
        return Connection(edges=edges, page_info=info)

    def count(self, page: Page[M], of: Callable[[M], T], counted: Callable[[], Awaitable[int]]) -> CountedConnection[T]:
        edges, info = self._shape(page, of)
        return CountedConnection(edges=edges, page_info=info, counted=counted)

    def _shape(self, page: Page[M], of: Callable[[M], T]) -> tuple[list[Edge[T]], PageInfo]:
        edges = [Edge(node=of(model), cursor=self.write(key)) for key, model in page.items]
        cursors: list[str | None] = [edge.cursor for edge in edges]
        return edges, PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        )
