"""Everything the offline way suggests about one column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from domain.assets.model import AssetField, Suggestion
from flows.enrichment.context import Term
from flows.enrichment.describe_columns import describe_column
from flows.enrichment.dq_tags import dq_tags
from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.enrichment.names import words
from flows.enrichment.sensitivity import column_sensitivity

_READ_FROM_NAME = 0.7
_FROM_GLOSSARY = 0.85
_FROM_COMMENT = 0.9


def suggest_for_column(column: ColumnMeaning, table: TableMeaning) -> Iterator[Suggestion]:
    yield _description(column, table)
    yield _make(
        column, AssetField.BUSINESS_NAME, business_name(column.facts.words), _READ_FROM_NAME, "The name in words."
    )
    yield from _definition(column, table)
    found, pii = column.found, column.pii
    yield _make(column, AssetField.SEMANTIC_TYPE, found.type, found.confidence, found.justification, found.evidence)
    yield _make(column, AssetField.PII_CLASS, pii.pii_class, pii.confidence, pii.justification, found.evidence)
    level = column_sensitivity(column, table)
    evidence = {"pii_class": pii.pii_class.value}
    yield _make(column, AssetField.SENSITIVITY, level.level, level.confidence, level.justification, evidence)
    if tags := dq_tags(column):
        reason = "What declarations, meaning and profile allow to be checked."
        yield _make(column, AssetField.DQ_TAGS, ", ".join(tags), _READ_FROM_NAME, reason)


def business_name(name: tuple[str, ...]) -> str:
    text = " ".join(word.upper() if word in _WRITTEN_LARGE else word for word in name)
    return text[:1].upper() + text[1:]


_WRITTEN_LARGE = frozenset({"id", "ip", "iban", "url", "uuid", "ssn", "cvv", "mac", "gps", "vat", "atm", "bic"})


def _description(column: ColumnMeaning, table: TableMeaning) -> Suggestion:
    commented = column.facts.comment is not None
    confidence = _FROM_COMMENT if commented else min(column.found.confidence, 0.9)
    reason = "The comment in the source, with what was measured." if commented else column.found.justification
    evidence = {**column.found.evidence, "semantic_type": column.found.type.value}
    return _make(column, AssetField.DESCRIPTION, describe_column(column, table), confidence, reason, evidence)


def _definition(column: ColumnMeaning, table: TableMeaning) -> Iterator[Suggestion]:
    if term := matching_term(column.facts.words, table.facts.context.terms):
        reason = f"The name is the glossary term {term.name!r}."
        field = AssetField.BUSINESS_DEFINITION
        yield _make(column, field, term.definition, _FROM_GLOSSARY, reason, {"glossary_term": term.name})


def matching_term(name: tuple[str, ...], terms: tuple[Term, ...]) -> Term | None:
    return next((term for term in terms if name in map(words, term.names) and term.definition.strip()), None)


def _make(
    column: ColumnMeaning,
    field: AssetField,
    value: str,
    confidence: float,
    justification: str,
    evidence: Mapping[str, object] | None = None,
) -> Suggestion:
    found = {"words": list(column.facts.words)} if evidence is None else evidence
    return Suggestion(column.facts.fqn, field, str(value), confidence, justification, found)
