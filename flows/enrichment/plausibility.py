"""When a type or a profile rules out what a name promises."""

from __future__ import annotations

from collections.abc import Mapping

from domain.profiles.model import ColumnProfile
from flows.enrichment.facts import ColumnFacts
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.type_kinds import Kind

ENOUGH_VALUES = 20
"""Fewer values than this say little about a whole column."""
HARDLY_ANY = 0.05
NEARLY_ALL = 0.9

_WRITTEN = frozenset({Kind.TEXT, Kind.OTHER})
_NUMBERED = _WRITTEN | {Kind.INTEGER, Kind.DECIMAL}
_KINDS: Mapping[Type, frozenset[Kind]] = {
    Type.EMAIL: _WRITTEN,
    Type.FIRST_NAME: _WRITTEN,
    Type.LAST_NAME: _WRITTEN,
    Type.PERSON_NAME: _WRITTEN,
    Type.USERNAME: _WRITTEN,
    Type.ORGANISATION_NAME: _WRITTEN,
    Type.NAME: _WRITTEN,
    Type.FILE_NAME: _WRITTEN,
    Type.URL: _WRITTEN,
    Type.DOMAIN_NAME: _WRITTEN,
    Type.CITY: _WRITTEN,
    Type.STATE: _WRITTEN,
    Type.COUNTRY: _WRITTEN,
    Type.OCCUPATION: _WRITTEN,
    Type.TITLE: _WRITTEN,
    Type.LANGUAGE: _WRITTEN,
    Type.CURRENCY: _WRITTEN,
    Type.IBAN: _WRITTEN,
    Type.IP_ADDRESS: _NUMBERED,
    Type.MAC_ADDRESS: _WRITTEN,
    Type.STREET_ADDRESS: _NUMBERED | {Kind.JSON},
    Type.PHONE: _NUMBERED,
    Type.POSTAL_CODE: _NUMBERED,
    Type.CARD_NUMBER: _NUMBERED,
    Type.CARD_EXPIRY: _NUMBERED | {Kind.DATE, Kind.TIMESTAMP},
    Type.CARD_SECURITY_CODE: _NUMBERED,
    Type.NATIONAL_ID: _NUMBERED,
    Type.SOCIAL_SECURITY_NUMBER: _NUMBERED,
    Type.PASSPORT_NUMBER: _NUMBERED,
    Type.TAX_ID: _NUMBERED,
    Type.BANK_ACCOUNT: _NUMBERED,
    Type.GENDER: _NUMBERED | {Kind.BOOLEAN},
    Type.AGE: _NUMBERED,
    Type.DATE_OF_BIRTH: _NUMBERED | {Kind.DATE, Kind.TIMESTAMP},
    Type.PASSWORD: _NUMBERED | {Kind.BINARY},
    Type.SECRET: _WRITTEN | {Kind.BINARY, Kind.UUID},
}
_FORMS: Mapping[Type, tuple[str, ...]] = {
    Type.EMAIL: ("email",),
    Type.IP_ADDRESS: ("ipv4", "ipv6"),
    Type.URL: ("url",),
    Type.MAC_ADDRESS: ("mac_address",),
}
_SPELLED_OUT = frozenset({Type.FIRST_NAME, Type.LAST_NAME, Type.PERSON_NAME, Type.EMAIL, Type.CITY})
_VARIED = _SPELLED_OUT | {Type.PHONE, Type.STREET_ADDRESS, Type.IBAN, Type.CARD_NUMBER, Type.NATIONAL_ID}


def contradiction(meaning: Type, column: ColumnFacts) -> str | None:
    """Why the column cannot hold what its name says; None when nothing speaks against it."""
    label = meaning.value.replace("_", " ")
    allowed = _KINDS.get(meaning)
    if allowed is not None and column.kind not in allowed:
        return f"The name speaks of {label}, but the type is {column.kind}."
    if column.profile is None or column.profile.non_null < ENOUGH_VALUES:
        return None
    return _against_values(meaning, label, column.profile)


def _against_values(meaning: Type, label: str, profile: ColumnProfile) -> str | None:
    forms = _FORMS.get(meaning)
    shares = profile.text.patterns if profile.text else None
    if forms and shares is not None and sum(shares.get(form, 0.0) for form in forms) < HARDLY_ANY:
        return f"The name speaks of {label}, but hardly a value has its form."
    numeric = profile.actual_types.get("integer", 0.0) + profile.actual_types.get("decimal", 0.0)
    if meaning in _SPELLED_OUT and numeric >= NEARLY_ALL:
        return f"The name speaks of {label}, but the values are numbers."
    moments = profile.actual_types.get("date", 0.0) + profile.actual_types.get("timestamp", 0.0)
    if _KINDS.get(meaning) == _WRITTEN and moments >= NEARLY_ALL:
        return f"The name speaks of {label}, but the values are dates."
    if meaning in _VARIED and profile.distinct.value <= 2:  # noqa: PLR2004 - yes and no
        return f"The name speaks of {label}, but there are no more than two different values."
    return None
