"""Which kinds of data-quality checks fit a column: tags, from which rule generation and people may start."""

from __future__ import annotations

from collections.abc import Iterator

from flows.enrichment.meaning import ColumnMeaning
from flows.enrichment.semantic_types import SemanticType as Type

_FORMATS = {
    Type.EMAIL: "email",
    Type.PHONE: "phone",
    Type.IBAN: "iban",
    Type.CARD_NUMBER: "card",
    Type.URL: "url",
    Type.UUID: "uuid",
    Type.IP_ADDRESS: "ip",
    Type.POSTAL_CODE: "postal_code",
}
_NOT_NEGATIVE = frozenset({Type.QUANTITY, Type.AGE, Type.DURATION})
_ENOUGH_ROWS = 20


def dq_tags(column: ColumnMeaning) -> tuple[str, ...]:
    """Never a tag that the data already contradict."""
    return tuple(_tags(column))


def _tags(column: ColumnMeaning) -> Iterator[str]:
    facts, profile, meaning = column.facts, column.facts.profile, column.found.type
    seen = profile is not None and profile.rows >= _ENOUGH_ROWS
    if not facts.is_nullable or (profile is not None and seen and profile.nulls == 0):
        yield "not-null"
    if facts.is_key or facts.is_unique or (profile is not None and seen and profile.uniqueness == 1):
        yield "unique"
    if facts.reference or facts.inferred:
        yield "reference"
    if meaning in _FORMATS:
        yield f"format:{_FORMATS[meaning]}"
    if meaning in {Type.CODE, Type.FLAG, Type.GENDER, Type.CURRENCY}:
        yield "value-list"
    if meaning in _NOT_NEGATIVE and not (profile and profile.numbers and profile.numbers.negatives):
        yield "not-negative"
    if meaning is Type.DATE_OF_BIRTH:
        yield "not-in-future"
    if meaning is Type.TIMESTAMP and {"updated", "created", "changed", "modified", "loaded"} & set(facts.words):
        yield "freshness"
