"""What an enricher is told about one table."""

from __future__ import annotations

from dataclasses import dataclass

from domain.assets.model import ForeignKey, TableContext
from domain.fqn import Fqn
from domain.profiles.model import TableProfile


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another table of the same schema, or one that this table refers to or that refers to it."""

    fqn: Fqn
    columns: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary that people agreed on."""

    name: str
    definition: str
    synonyms: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.synonyms)


@dataclass(frozen=True, slots=True)
class EnrichmentContext:
    """`profile` is the latest one, None when the table was never profiled."""

    assets: TableContext
    profile: TableProfile | None = None
    neighbours: tuple[Neighbour, ...] = ()
    terms: tuple[Term, ...] = ()
