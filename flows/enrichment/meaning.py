"""A table understood without a model: for each column what it holds, and whether that is personal."""

from __future__ import annotations

from dataclasses import dataclass

from domain.assets.model import PiiClass
from flows.enrichment.context import EnrichmentContext
from flows.enrichment.facts import ColumnFacts, Holder, TableFacts, table_facts
from flows.enrichment.forms_of_persons import read_form
from flows.enrichment.personal_data import PiiJudgement, judge, table_holder
from flows.enrichment.recognition import Recognition, is_untelling, recognise
from flows.enrichment.semantic_types import SemanticType as Type

_GUESSED = 0.6


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    facts: ColumnFacts
    found: Recognition
    pii: PiiJudgement

    @property
    def is_personal(self) -> bool:
        return self.pii.pii_class is not PiiClass.NONE


@dataclass(frozen=True, slots=True)
class TableMeaning:
    facts: TableFacts
    holder: Holder
    columns: tuple[ColumnMeaning, ...]

    @property
    def personal(self) -> tuple[ColumnMeaning, ...]:
        return tuple(column for column in self.columns if column.is_personal)


def understand(context: EnrichmentContext) -> TableMeaning:
    """Twice over the columns: the first time tells whom the table is about, which the second time needs."""
    table = table_facts(context)
    holder = table_holder(table, tuple(recognise(column, table.holder) for column in table.columns))
    found = tuple(_recognise(column, table, holder) for column in table.columns)
    beside_street = any(recognition.type is Type.STREET_ADDRESS for recognition in found)
    return TableMeaning(
        table,
        holder,
        tuple(
            ColumnMeaning(column, recognition, judge(column.words, recognition, holder, beside_street=beside_street))
            for column, recognition in zip(table.columns, found, strict=True)
        ),
    )


def _recognise(column: ColumnFacts, table: TableFacts, holder: Holder) -> Recognition:
    found = recognise(column, holder)
    if holder is not Holder.PERSON or table.profile is None or column.profile is None:
        return found
    if found.may_be_personal or column.is_any_key or not is_untelling(column.words):
        return found
    form = read_form(column.profile, table.profile.observed_at.year)
    if form is None:
        return found
    reason = f"The values are {form[1]}, and the table is about persons."
    return Recognition(form[0], _GUESSED, reason, {"basis": "values", "form": form[1]})
