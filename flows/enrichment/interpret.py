"""A model's reply as suggestions: known columns only, each entry judged for itself, PII checked against the profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.assets.model import AssetField, Suggestion
from domain.fqn import Fqn
from flows.enrichment.answer import ColumnAnswer, NamedEntry, RawAnswer, TableAnswer
from flows.enrichment.cross_check import check_pii, check_sensitivity
from flows.enrichment.enricher import Skipped
from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.enrichment.sensitivity import SensitivityJudgement
from flows.llm.reply import ReplyRejected, read_part, read_reply


@dataclass(frozen=True, slots=True)
class Interpreted:
    """What one reply gave; `levels` are the sensitivities of its columns by name."""

    suggestions: tuple[Suggestion, ...]
    skipped: tuple[Skipped, ...]
    dropped: tuple[str, ...]
    levels: dict[str, SensitivityJudgement]


def read_answer(text: str) -> RawAnswer:
    return read_reply(text, RawAnswer)


def interpret(
    answer: RawAnswer, table: TableMeaning, asked: tuple[ColumnMeaning, ...], *, with_table: bool
) -> Interpreted:
    entries = {entry.name: entry for entry in answer.columns}
    known = {column.facts.fqn.name for column in asked}
    found = _Collected([], [], {})
    if with_table:
        _add_table(found, answer, table.facts.fqn)
    for column in asked:
        _add_column(found, entries.get(column.facts.fqn.name), column, table)
    dropped = tuple(sorted(name for name in entries if name not in known))
    return Interpreted(tuple(found.suggestions), tuple(found.skipped), dropped, found.levels)


@dataclass(slots=True)
class _Collected:
    suggestions: list[Suggestion]
    skipped: list[Skipped]
    levels: dict[str, SensitivityJudgement]


def _add_table(found: _Collected, answer: RawAnswer, fqn: Fqn) -> None:
    try:
        table = read_part(answer.table, TableAnswer)
    except ReplyRejected as rejected:
        found.skipped.append(Skipped(fqn, rejected.code, rejected.message))
        return
    for field, value in _table_values(table):
        found.suggestions.append(
            Suggestion(fqn, field, value, table.confidence, table.justification, {"basis": "model"})
        )


def _table_values(answer: TableAnswer) -> Iterator[tuple[AssetField, str]]:
    yield AssetField.DESCRIPTION, answer.description
    yield AssetField.BUSINESS_NAME, answer.business_name
    yield AssetField.DOMAIN, answer.domain


def _add_column(found: _Collected, entry: NamedEntry | None, column: ColumnMeaning, table: TableMeaning) -> None:
    fqn = column.facts.fqn
    if entry is None:
        found.skipped.append(Skipped(fqn, ReplyRejected.code, "The reply says nothing about this column."))
        return
    try:
        answer = read_part(entry.model_dump(), ColumnAnswer)
    except ReplyRejected as rejected:
        found.skipped.append(Skipped(fqn, rejected.code, rejected.message))
        return
    pii = check_pii(answer, column)
    level = check_sensitivity(answer, pii, column, table)
    found.levels[fqn.name] = level
    evidence = {**column.found.evidence, "model_pii_class": answer.pii_class.value}
    for field, value in _texts(answer):
        found.suggestions.append(Suggestion(fqn, field, value, answer.confidence, answer.justification, evidence))
    found.suggestions += [
        Suggestion(fqn, AssetField.PII_CLASS, pii.pii_class.value, pii.confidence, pii.justification, evidence),
        Suggestion(fqn, AssetField.SENSITIVITY, level.level.value, level.confidence, level.justification, evidence),
    ]


def _texts(answer: ColumnAnswer) -> Iterator[tuple[AssetField, str]]:
    yield AssetField.DESCRIPTION, answer.description
    yield AssetField.BUSINESS_NAME, answer.business_name
    yield AssetField.SEMANTIC_TYPE, answer.semantic_type
    if answer.business_definition:
        yield AssetField.BUSINESS_DEFINITION, answer.business_definition
