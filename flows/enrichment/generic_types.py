"""The type of a column that holds nothing special: key, code, amount, date, text."""

from __future__ import annotations

from flows.enrichment.facts import ColumnFacts
from flows.enrichment.names import singular
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.type_kinds import Kind
from flows.enrichment.word_sets import word_set

MONEY = word_set("""
amount price cost fee balance salary income revenue total subtotal tax discount payment wage profit debt budget fare
premium rent charge limit turnover interest principal bonus commission loan credit debit bill refund msrp
""")
PERCENT = word_set("percent percentage rate ratio share apr proportion")
COUNTED = word_set("count quantity number visits views stock size pieces items units orders attempts seats capacity")
TIMED = word_set("duration days hours minutes seconds months years age term period milliseconds ms interval")
MEASURED = word_set(
    "length width height weight diameter depth volume temperature speed distance area score rating level pressure"
)
CODED = word_set("code type status category class kind state level group grade reason method mode channel priority")
NUMBERED = word_set("id key number reference identifier uuid guid sku isbn serial code")
WORDY = word_set("comment note description message text remark body summary content abstract feedback bio review")
FLAGGED = word_set("is has can should flag indicator enabled active")
_NUMBERS = (
    (word_set("year"), Type.YEAR),
    (PERCENT, Type.PERCENTAGE),
    (MONEY, Type.AMOUNT),
    (TIMED, Type.DURATION),
    (MEASURED, Type.MEASURE),
    (COUNTED, Type.QUANTITY),
)
_KINDS = {
    Kind.UUID: (Type.UUID, "The type is a UUID."),
    Kind.BOOLEAN: (Type.FLAG, "The type is boolean."),
    Kind.DATE: (Type.DATE, "The values are dates."),
    Kind.TIMESTAMP: (Type.TIMESTAMP, "The values are points in time."),
    Kind.TIME: (Type.DURATION, "The type is a time of day or a span of time."),
    Kind.JSON: (Type.STRUCTURED, "The type holds structured documents."),
    Kind.BINARY: (Type.BINARY, "The type holds bytes."),
}
_ACTUAL = {
    "integer": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "timestamp": Kind.TIMESTAMP,
    "uuid": Kind.UUID,
    "json": Kind.JSON,
}
_NEARLY_ALL = 0.95
_FEW, _REPEATED = 30, 0.1
_LONG_TEXT = 60


def actual_kind(column: ColumnFacts) -> Kind:
    """The declared kind, or what nearly all values of a text column really are."""
    if column.kind is not Kind.TEXT or column.profile is None or not column.profile.non_null:
        return column.kind
    shares = column.profile.actual_types
    numeric = shares.get("integer", 0.0) + shares.get("decimal", 0.0)
    if numeric >= _NEARLY_ALL > shares.get("integer", 0.0):
        return Kind.DECIMAL
    return next((kind for name, kind in _ACTUAL.items() if shares.get(name, 0.0) >= _NEARLY_ALL), Kind.TEXT)


def generic_type(column: ColumnFacts) -> tuple[Type, str]:
    """The type, and one sentence that says why."""
    if column.is_key:
        return Type.IDENTIFIER, "It is the primary key."
    if column.reference:
        return Type.REFERENCE, f"It is declared to refer to {column.reference.referenced_table.name}."
    if column.inferred:
        return Type.REFERENCE, f"Its values lie in the key of {column.inferred.referenced_table.name}."
    kind = actual_kind(column)
    if kind in _KINDS:
        return _KINDS[kind]
    return _number(column, kind) if kind.is_number else _text(column)


def _number(column: ColumnFacts, kind: Kind) -> tuple[Type, str]:
    if _is_flag(column):
        return Type.FLAG, "The name asks a yes-or-no question, and there are no more than two different values."
    if column.words[-1] in NUMBERED and column.words[0] != "number":
        return Type.IDENTIFIER, "A number whose name ends like that of an identifier."
    for words, meaning in _NUMBERS:
        if said := next((word for word in column.words if word in words), None):
            return meaning, f"A number whose name speaks of {said}."
    if kind is Kind.DECIMAL:
        return Type.MEASURE, "A number that is neither a key nor money."
    return (Type.CODE, "A number with few values.") if _is_code(column) else (Type.QUANTITY, "A whole number.")


def _is_flag(column: ColumnFacts) -> bool:
    few = column.profile is not None and column.profile.distinct.value <= 2  # noqa: PLR2004 - yes and no
    return few and bool(FLAGGED & set(column.words))


def _text(column: ColumnFacts) -> tuple[Type, str]:
    last, facts = column.words[-1], column.profile.text if column.profile else None
    if WORDY & {singular(word) for word in column.words} or (facts and facts.mean_length >= _LONG_TEXT):
        return Type.FREE_TEXT, "Text that people write freely, by its name or its length."
    if last in NUMBERED and last not in CODED:
        return Type.IDENTIFIER, "The name ends like that of an identifier."
    if last in CODED or _is_code(column):
        return Type.CODE, "A code, by its name or because few values repeat."
    return Type.LABEL, "Short text without a special form."


def _is_code(column: ColumnFacts) -> bool:
    profile = column.profile
    if profile is None or profile.uniqueness is None:
        return column.words[-1] in CODED
    return profile.distinct.value <= _FEW and profile.uniqueness <= _REPEATED
