import dataclasses
from functools import cache
from typing import TypeVar

T = TypeVar("T")


def mirror(kind: type[T], model: object, /, **others: object) -> T:
    """A GraphQL object made from a model: each field is read from the model's of the same name, or given."""
    return kind(**{name: others[name] if name in others else getattr(model, name) for name in _names(kind)})  # type: ignore[arg-type]  # classes are hashable


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.init)
