"""What columns of one table do together, each finding with the way its rows were read."""

from collections.abc import Sequence
from typing import TypeVar

import strawberry

from api.graphql.mirror import mirror
from api.graphql.readings import Reading
from api.graphql.scalars import BigInt
from domain.profiles import model

T = TypeVar("T")

_READING = "How its rows were read: of a large table, a sample."


@strawberry.type(description="A column that follows from others: rows that are equal in those are mostly equal in it.")
class FunctionalDependency:
    determinants: list[str] = strawberry.field(description="The columns that it follows from.")
    dependent: str = strawberry.field(description="The column that follows.")
    rows: BigInt = strawberry.field(description="Rows read in which all of them have a value.")
    violations: BigInt = strawberry.field(description="The fewest rows without which it would hold in all others.")
    violation_rate: float = strawberry.field(description="Violations for each row (g3), between 0 and 1.")
    reading: Reading = strawberry.field(description=_READING)


@strawberry.type(description="How far two columns of numbers rise and fall together.")
class Correlation:
    columns: list[str] = strawberry.field(description="The two columns, in the table's order.")
    rows: BigInt = strawberry.field(description="Rows read in which both have a finite number.")
    pearson: float = strawberry.field(description="Of the numbers, along a straight line: between -1 and 1.")
    spearman: float | None = strawberry.field(
        description="Of their ranks, along any curve: between -1 and 1; null unless both have a number in every row."
    )
    reading: Reading = strawberry.field(description=_READING)


@strawberry.type(description="Two columns whose values are missing in the same rows.")
class NullCooccurrence:
    columns: list[str] = strawberry.field(description="The two columns, in the table's order.")
    nulls: list[BigInt] = strawberry.field(description="Rows read without a value, of each of the two.")
    both: BigInt = strawberry.field(description="Rows read in which both have no value.")
    share: float = strawberry.field(description="Of the rows in which one of them has no value, between 0 and 1.")
    first_implies_second: float = strawberry.field(
        description="Share of the rows without the first that lack the second too, between 0 and 1."
    )
    second_implies_first: float = strawberry.field(description="The reverse, between 0 and 1.")
    reading: Reading = strawberry.field(description=_READING)


@strawberry.type(description="Two columns, both numbers or both moments, of which the first is seldom larger.")
class OrderedPair:
    first: str = strawberry.field(description="The column that is seldom larger.")
    last: str = strawberry.field(description="The other column.")
    rows: BigInt = strawberry.field(description="Rows read in which both have a value.")
    share: float = strawberry.field(description="Of these rows, where the first is not larger; between 0 and 1.")
    strict_share: float = strawberry.field(description="Of these rows, where the first is smaller; between 0 and 1.")
    reading: Reading = strawberry.field(description=_READING)


def shown(kind: type[T], found: Sequence[object], reading: model.Reading) -> list[T]:
    """The findings of one kind, which all rest on the same rows."""
    read = mirror(Reading, reading)
    return [mirror(kind, one, reading=read) for one in found]
