"""The names of the loaded catalogue."""

from collections.abc import Iterator

from benchmarks.scale.size import Size
from domain.fqn import Fqn

SERVICE = Fqn.of("bench")
DATABASE = SERVICE.child("main")


def schema(number: int) -> Fqn:
    return DATABASE.child(f"s{number:03}")


def table(of_schema: int, number: int) -> Fqn:
    return schema(of_schema).child(f"t{number:03}")


def schemas(size: Size) -> Iterator[Fqn]:
    return (schema(number) for number in range(size.schemas))


def tables(size: Size) -> Iterator[Fqn]:
    return (table(of, number) for of in range(size.schemas) for number in range(size.tables))


def columns(size: Size) -> Iterator[Fqn]:
    return (of.child(f"c{number:02}") for of in tables(size) for number in range(size.columns))
