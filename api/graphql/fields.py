"""Resolvers with descriptions, typed as the functions that they are; fields that a feature adds to another's type."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

R = TypeVar("R", bound=Callable[..., Any])  # resolvers take and return what their fields do


class Decorator(Protocol):
    """Leaves the resolver's own type as it is."""

    def __call__(self, resolver: R, /) -> R: ...


def field(description: str) -> Decorator:
    return cast("Decorator", strawberry.field(description=description))


def mutation(description: str) -> Decorator:
    def make(resolver: R, /) -> R:
        made = strawberry.mutation(resolver=resolver, description=description)
        for argument in cast("StrawberryField", made).arguments:
            argument.description = "All that it takes."
        return cast("R", made)

    return make


def subscription(description: str) -> Decorator:
    return cast("Decorator", strawberry.subscription(description=description))


def extends(owner: type, description: str) -> Decorator:
    """`extend type`: a field that a feature adds to the type of a feature below it, which need not know of it."""

    def add(resolver: R, /) -> R:
        added = cast("StrawberryField", strawberry.field(resolver=resolver, description=description))
        added.name = added.python_name = resolver.__name__
        get_object_definition(owner, strict=True).fields.append(added)
        return resolver

    return add
