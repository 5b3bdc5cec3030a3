"""How far a value may travel, from what it is and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.assets.model import PiiClass, Sensitivity
from flows.enrichment.facts import Holder
from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.enrichment.relationships import is_link
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.word_sets import word_set

_BY_CLASS: Mapping[PiiClass, Sensitivity] = {
    PiiClass.CREDENTIAL: Sensitivity.RESTRICTED,
    PiiClass.CARD_NUMBER: Sensitivity.RESTRICTED,
    PiiClass.NATIONAL_ID: Sensitivity.RESTRICTED,
    PiiClass.IBAN: Sensitivity.RESTRICTED,
}
_SPECIAL = word_set("""
diagnosis disease medical health medication religion ethnicity race disability biometric fingerprint union political
""")
"""Words of what data-protection law calls special categories."""
_FINANCES = word_set("salary income wage balance debt")
_PRIVATE = word_set("score credit marital nationality notes comment remark feedback")
_REFERENCE_TABLES = word_set("country currency language category genre unit calendar holiday timezone colour color")
_OPEN_TO_PUBLIC = word_set("branch store shop merchant restaurant hotel museum school hospital airport station library")
_PUBLISHED = frozenset(
    {Type.ORGANISATION_NAME, Type.STREET_ADDRESS, Type.CITY, Type.STATE, Type.POSTAL_CODE, Type.COUNTRY, Type.PHONE}
    | {Type.LATITUDE, Type.LONGITUDE, Type.URL}
)


@dataclass(frozen=True, slots=True)
class SensitivityJudgement:
    level: Sensitivity
    confidence: float
    justification: str


def column_sensitivity(column: ColumnMeaning, table: TableMeaning) -> SensitivityJudgement:
    pii = column.pii
    if column.is_personal:
        level = level_of_class(pii.pii_class)
        return SensitivityJudgement(level, pii.confidence, f"It holds personal data of the class {pii.pii_class}.")
    if word := _word_in(column, _SPECIAL):
        return SensitivityJudgement(
            Sensitivity.RESTRICTED, 0.8, f"The name speaks of {word}, a special category of data."
        )
    if column.found.type in {Type.BANK_ACCOUNT, Type.CARD_EXPIRY}:
        return SensitivityJudgement(Sensitivity.CONFIDENTIAL, 0.8, "It is part of the means of payment.")
    if _tells_of_a_person(column, table):
        return SensitivityJudgement(Sensitivity.CONFIDENTIAL, 0.75, "It describes the circumstances of a person.")
    if _is_published(column, table):
        return SensitivityJudgement(Sensitivity.PUBLIC, 0.6, "Such facts are published anyway.")
    return SensitivityJudgement(
        Sensitivity.INTERNAL, 0.7, "Nothing in it is personal or secret; business data stays inside."
    )


def _tells_of_a_person(column: ColumnMeaning, table: TableMeaning) -> bool:
    if table.holder is Holder.ORGANISATION:
        return False
    if _word_in(column, _FINANCES):
        return True
    return table.holder is Holder.PERSON and (column.found.type is Type.AGE or bool(_word_in(column, _PRIVATE)))


def _is_published(column: ColumnMeaning, table: TableMeaning) -> bool:
    """General reference data, and what a place open to the public has on its door."""
    about = table.facts.entity.split()
    if _OPEN_TO_PUBLIC & set(about):
        return column.found.type in _PUBLISHED
    return about[-1] in _REFERENCE_TABLES and not is_link(table.facts) and not table.personal


def table_sensitivity(columns: Mapping[str, SensitivityJudgement]) -> SensitivityJudgement | None:
    """The highest of the columns, by name; None for a table without columns."""
    if not columns:
        return None
    column, judgement = max(columns.items(), key=lambda found: (rank(found[1].level), found[1].confidence))
    reason = f"The highest of its columns: {column} is {judgement.level}."
    return SensitivityJudgement(judgement.level, judgement.confidence, reason)


def level_of_class(pii_class: PiiClass) -> Sensitivity:
    """The freest level that data of this class may have."""
    if pii_class is PiiClass.NONE:
        return Sensitivity.PUBLIC
    return _BY_CLASS.get(pii_class, Sensitivity.CONFIDENTIAL)


def rank(level: Sensitivity) -> int:
    return list(Sensitivity).index(level)


def _word_in(column: ColumnMeaning, words: frozenset[str]) -> str | None:
    return next((word for word in column.facts.words if word in words), None)
