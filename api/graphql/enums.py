"""The model's own enums as enums of the schema, with a description for the enum and for each of its values."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

E = TypeVar("E", bound=Enum)


def describe(enum: type[E], description: str, values: Mapping[E, str]) -> None:
    """Show an enum of the model in the schema; a value without a description is refused."""
    strawberry.enum(enum, description=f"{description} Values may be added; tolerate those that you do not know.")
    definition = cast("StrawberryEnumDefinition", vars(enum)["__strawberry_definition__"])
    texts = {member.name: values[member] for member in enum}
    for value in definition.values:
        value.description = texts[value.name]
