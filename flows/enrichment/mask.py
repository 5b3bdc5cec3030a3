"""What may leave: which values of a column a prompt may show."""

from __future__ import annotations

import re

from domain.assets.model import AssetField, PiiClass, Sensitivity
from domain.profiles.model import ColumnProfile
from domain.rules.patterns import is_well_formed
from flows.enrichment import lexicon
from flows.enrichment.generic_types import CODED
from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.sensitivity import column_sensitivity

_SHOWN = frozenset({Type.FLAG, Type.CURRENCY, Type.LANGUAGE, Type.COUNTRY})
"""Types whose values repeat by nature; a code is one too where the name says that it is a code."""
_MOST_DISTINCT = 50
_FEWEST_ROWS = 5
"""A value that so few rows share may point to one person."""
_MOST_SHOWN = 5
_CODE = re.compile(r"[A-Z0-9_./+-]{1,20}|[a-z0-9_./+-]{1,20}")
"""As codes are written; names of people are written otherwise."""
_PERSONAL_FORMS = ("email", "phone", "iban", "card", "ipv4", "ipv6")


def is_withheld(column: ColumnMeaning, table: TableMeaning) -> bool:
    """Whether the values are kept back because they are, or may be, personal or secret."""
    approved = column.facts.asset.value(AssetField.PII_CLASS)
    if column.is_personal or (approved is not None and approved != PiiClass.NONE):
        return True
    if column.found.type in {Type.FREE_TEXT, Type.STRUCTURED, Type.BINARY, Type.LABEL, Type.NAME}:
        return True
    return column_sensitivity(column, table).level in {Sensitivity.CONFIDENTIAL, Sensitivity.RESTRICTED}


def example_values(column: ColumnMeaning, table: TableMeaning) -> tuple[str, ...]:
    """A few frequent values, or none."""
    profile = column.facts.profile
    if profile is None or not _is_listed_by_nature(column) or is_withheld(column, table):
        return ()
    if column.facts.is_any_key or profile.distinct.value > _MOST_DISTINCT:
        return ()
    return _frequent(profile)


def _is_listed_by_nature(column: ColumnMeaning) -> bool:
    """An unknown name is not trusted, however few its values: they may be the names of a small team."""
    if column.found.type is Type.CODE:
        return column.facts.words[-1] in CODED
    return column.found.type in _SHOWN


def _frequent(profile: ColumnProfile) -> tuple[str, ...]:
    """All or nothing: one value that may be personal speaks against the whole column."""
    frequent = [found.value for found in profile.top if found.count >= _FEWEST_ROWS]
    return tuple(frequent[:_MOST_SHOWN]) if all(_is_code(value) for value in frequent) else ()


def _is_code(value: str) -> bool:
    if not _CODE.fullmatch(value) or any(is_well_formed(form, value) for form in _PERSONAL_FORMS):
        return False
    return lexicon.fold(value) not in lexicon.given_names() | lexicon.surnames()
