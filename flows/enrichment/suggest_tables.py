"""Everything the offline way suggests about a table itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from domain.assets.model import AssetField, Suggestion
from flows.enrichment import captured
from flows.enrichment.describe_tables import describe_table
from flows.enrichment.domains import domain_of
from flows.enrichment.meaning import TableMeaning
from flows.enrichment.relationships import relationship_summary
from flows.enrichment.sensitivity import column_sensitivity, table_sensitivity
from flows.enrichment.suggest_columns import business_name, matching_term

_COMMENTED, _KEYED, _KEYLESS = 0.9, 0.8, 0.65
_NAMED, _FROM_GLOSSARY, _FROM_KEYS = 0.7, 0.85, 0.9
_FROM_OWNER = 0.5


def suggest_for_table(table: TableMeaning) -> Iterator[Suggestion]:
    facts = table.facts
    commented = captured.text(facts.asset, "comment") is not None
    confidence = _COMMENTED if commented else _KEYED if facts.primary_key else _KEYLESS
    reason = "Read from its name, its keys, its references and the types of its columns."
    evidence = {"primary_key": list(facts.primary_key), "columns": len(table.columns)}
    yield _make(table, AssetField.DESCRIPTION, describe_table(table), confidence, reason, evidence)
    yield _make(table, AssetField.BUSINESS_NAME, business_name(facts.words), _NAMED, "The name in words.")
    yield from _definition(table)
    yield from _sensitivity(table)
    yield from _domain(table)
    yield from _steward(table)
    yield from _relationships(table)


def _definition(table: TableMeaning) -> Iterator[Suggestion]:
    if term := matching_term(tuple(table.facts.entity.split()), table.facts.context.terms):
        reason = f"The name is the glossary term {term.name!r}."
        field = AssetField.BUSINESS_DEFINITION
        yield _make(table, field, term.definition, _FROM_GLOSSARY, reason, {"glossary_term": term.name})


def _sensitivity(table: TableMeaning) -> Iterator[Suggestion]:
    level = table_sensitivity({column.facts.fqn.name: column_sensitivity(column, table) for column in table.columns})
    if level:
        evidence = {"personal_columns": [column.facts.fqn.name for column in table.personal]}
        yield _make(table, AssetField.SENSITIVITY, level.level, level.confidence, level.justification, evidence)


def _domain(table: TableMeaning) -> Iterator[Suggestion]:
    if domain := domain_of(table.facts):
        reason = f"Names speak of {', '.join(domain.words)}."
        yield _make(table, AssetField.DOMAIN, domain.name, domain.confidence, reason, {"words": list(domain.words)})


def _steward(table: TableMeaning) -> Iterator[Suggestion]:
    """The one basis there is without people's knowledge: somebody already owns the table."""
    owner = table.facts.asset.value(AssetField.OWNER)
    if owner and table.facts.asset.value(AssetField.STEWARD) is None:
        yield _make(table, AssetField.STEWARD, owner, _FROM_OWNER, "Owns the table, and no steward is named.", {})


def _relationships(table: TableMeaning) -> Iterator[Suggestion]:
    if summary := relationship_summary(table.facts):
        evidence = {"foreign_keys": [key.name for key in table.facts.foreign_keys]}
        reason = "Declared keys of this table and of its neighbours, and what profiling inferred."
        yield _make(table, AssetField.RELATIONSHIP_SUMMARY, summary, _FROM_KEYS, reason, evidence)


def _make(
    table: TableMeaning,
    field: AssetField,
    value: str,
    confidence: float,
    justification: str,
    evidence: Mapping[str, object] | None = None,
) -> Suggestion:
    found = {"words": list(table.facts.words)} if evidence is None else evidence
    return Suggestion(table.facts.fqn, field, str(value), confidence, justification, found)
