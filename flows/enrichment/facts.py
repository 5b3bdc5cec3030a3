"""Brings together, once per table, what names, declarations and profile say about it and its columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.assets.model import Asset, ForeignKey
from domain.fqn import Fqn
from domain.profiles.model import ColumnProfile, InferredRelationship, TableProfile
from flows.enrichment import captured
from flows.enrichment.context import EnrichmentContext
from flows.enrichment.names import singular, words
from flows.enrichment.type_kinds import Kind, kind_of
from flows.enrichment.vocabulary import ORGANISATION_WORDS, PERSON_WORDS


class Holder(StrEnum):
    """Whom the rows of a table are about; decides whether an address or a phone is personal."""

    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    asset: Asset
    words: tuple[str, ...]
    kind: Kind
    profile: ColumnProfile | None
    is_nullable: bool
    is_key: bool
    """The primary key alone."""
    is_key_part: bool
    is_unique: bool
    """Declared unique, alone."""
    reference: ForeignKey | None
    inferred: InferredRelationship | None
    """A reference that the data suggest and nobody declared."""

    @property
    def fqn(self) -> Fqn:
        return self.asset.fqn

    @property
    def comment(self) -> str | None:
        return captured.text(self.asset, "comment")

    @property
    def is_any_key(self) -> bool:
        return self.is_key or self.is_key_part or self.reference is not None or self.inferred is not None


@dataclass(frozen=True, slots=True)
class TableFacts:
    asset: Asset
    words: tuple[str, ...]
    holder: Holder
    columns: tuple[ColumnFacts, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    context: EnrichmentContext

    @property
    def fqn(self) -> Fqn:
        return self.asset.fqn

    @property
    def profile(self) -> TableProfile | None:
        return self.context.profile

    @property
    def entity(self) -> str:
        """What one row is about, as far as the table's name tells: `credit card`."""
        return " ".join((*self.words[:-1], singular(self.words[-1])))


def table_facts(context: EnrichmentContext) -> TableFacts:
    table = context.assets.table
    table_words = _without_affixes(words(table.fqn.name))
    return TableFacts(
        asset=table,
        words=table_words,
        holder=holder_of(table_words),
        columns=tuple(_column_facts(column, context) for column in context.assets.columns),
        primary_key=captured.primary_key(table),
        foreign_keys=captured.foreign_keys(table),
        context=context,
    )


def holder_of(name: Iterable[str]) -> Holder:
    """The last word that names a holder decides: `customer_branch` is about branches."""
    for word in reversed([singular(word) for word in name]):
        if word in PERSON_WORDS:
            return Holder.PERSON
        if word in ORGANISATION_WORDS:
            return Holder.ORGANISATION
    return Holder.UNKNOWN


def _column_facts(column: Asset, context: EnrichmentContext) -> ColumnFacts:
    name, table = column.fqn.name, context.assets.table
    key = captured.primary_key(table)
    profile = context.profile
    inferred = profile.relationships if profile else ()
    return ColumnFacts(
        asset=column,
        words=words(name),
        kind=kind_of(captured.text(column, "data_type") or ""),
        profile=profile.column(name) if profile else None,
        is_nullable=captured.is_nullable(column),
        is_key=key == (name,),
        is_key_part=len(key) > 1 and name in key,
        is_unique=(name,) in captured.unique_keys(table),
        reference=next((key for key in captured.foreign_keys(table) if name in key.columns), None),
        inferred=next((found for found in inferred if name in found.columns), None),
    )


def _without_affixes(table_words: tuple[str, ...]) -> tuple[str, ...]:
    """`tbl_customer`, `dim_customer` and `customer_v` are all about customers."""
    kept = tuple(
        word for word in table_words if word not in {"tbl", "tab", "table", "dim", "fact", "stg", "raw", "vw", "v", "t"}
    )
    return kept or table_words
