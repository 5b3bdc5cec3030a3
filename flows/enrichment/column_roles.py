"""The role of a column in one sentence: key, reference, date of something, amount, code."""

from __future__ import annotations

from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.enrichment.moments import moment_of
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.units import unit_of

_NOUNS = {
    Type.EMAIL: "E-mail address",
    Type.PHONE: "Phone number",
    Type.FIRST_NAME: "First name",
    Type.LAST_NAME: "Last name",
    Type.PERSON_NAME: "Name of a person",
    Type.USERNAME: "User name for signing in",
    Type.STREET_ADDRESS: "Street address",
    Type.POSTAL_CODE: "Postal code",
    Type.DATE_OF_BIRTH: "Date of birth",
    Type.NATIONAL_ID: "National identity number",
    Type.SOCIAL_SECURITY_NUMBER: "Social security number",
    Type.PASSPORT_NUMBER: "Passport number",
    Type.TAX_ID: "Tax identification number",
    Type.IBAN: "International bank account number (IBAN)",
    Type.CARD_NUMBER: "Payment card number",
    Type.CARD_SECURITY_CODE: "Security code of a payment card",
    Type.PASSWORD: "Password or its hash",
    Type.SECRET: "Secret that gives access",
    Type.IP_ADDRESS: "IP address",
    Type.MAC_ADDRESS: "Hardware (MAC) address",
    Type.URL: "Web address",
    Type.CODE: "Code",
    Type.AMOUNT: "Amount of money",
    Type.PERCENTAGE: "Rate or percentage",
    Type.FREE_TEXT: "Free text",
    Type.STRUCTURED: "Structured document",
    Type.BINARY: "Binary content",
}
_MOMENTS = frozenset({Type.DATE, Type.TIMESTAMP})
_AUXILIARIES = frozenset({"is", "has", "can", "should", "was", "flag", "indicator"})


def role_of(column: ColumnMeaning, table: TableMeaning) -> str:
    facts, entity = column.facts, table.facts.entity
    if facts.is_key:
        return f"{_sentence(facts.words)}: identifies each {entity}."
    if facts.reference or facts.inferred:
        return _reference(column, table)
    if facts.is_key_part:
        return f"{_sentence(facts.words)}: part of the key of each {entity}."
    return _plain_role(column, entity)


def _reference(column: ColumnMeaning, table: TableMeaning) -> str:
    facts = column.facts
    target = facts.reference or facts.inferred
    assert target is not None, "asked of references only"
    part = ", part of the key" if facts.is_key_part else ""
    verb = "Refers to" if facts.reference else "Seems to refer to"
    where = "another row of this table" if target.referenced_table == table.facts.fqn else target.referenced_table.name
    return f"{verb} {where}{part}: the {' '.join(facts.words)} of the {table.facts.entity}."


def _plain_role(column: ColumnMeaning, entity: str) -> str:
    words, meaning = column.facts.words, column.found.type
    if " ".join(words) == entity:
        return f"{_NOUNS.get(meaning, 'Name')} of the {entity}."
    if meaning is Type.FLAG:
        asked = " ".join(word for word in words if word not in _AUXILIARIES) or " ".join(words)
        return f"Says yes or no to the question whether the {entity} has the property {asked}."
    if meaning in _MOMENTS:
        return moment_of(words, entity, has_time=meaning is Type.TIMESTAMP)
    if meaning is Type.IDENTIFIER and words[-1] == "id" and len(words) > 1:
        return _undeclared_reference(words, entity)
    return _noun_and_words(words, meaning, entity)


def _undeclared_reference(words: tuple[str, ...], entity: str) -> str:
    of = " ".join(words[:-1])
    if of == entity:
        return f"{_sentence(words)}: stands for the {entity}, but is not declared as its key."
    return f"{_sentence(words)}: stands for the {of} of the {entity}, without a declared reference."


def _noun_and_words(words: tuple[str, ...], meaning: Type, entity: str) -> str:
    unit = unit_of(words)
    measured = f", in {unit}" if unit else ""
    noun, said = _NOUNS.get(meaning), " ".join(words)
    if noun is None or noun.lower() == said:
        return f"{_sentence(words)} of the {entity}{measured}."
    return f"{noun}: {said} of the {entity}{measured}."


def _sentence(words: tuple[str, ...]) -> str:
    text = " ".join(words)
    return text[:1].upper() + text[1:]
