"""Whether a column holds personal data: what it holds, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from domain.assets.model import PiiClass
from flows.enrichment.facts import Holder, TableFacts, holder_of
from flows.enrichment.names import words as words_of
from flows.enrichment.recognition import Recognition
from flows.enrichment.semantic_types import PERSONAL_BY_HOLDER, PII_OF
from flows.enrichment.semantic_types import SemanticType as Type

OF_A_PERSON = frozenset({"billing", "shipping", "delivery", "home", "residence", "residential", "private", "personal"})
"""Words before an address or a phone that make it a person's."""
REVEALS_PERSONS = frozenset(
    {
        Type.FIRST_NAME,
        Type.LAST_NAME,
        Type.PERSON_NAME,
        Type.DATE_OF_BIRTH,
        Type.NATIONAL_ID,
        Type.SOCIAL_SECURITY_NUMBER,
    }
)
"""Types that make a table one about persons, whatever it is called."""
_CARRIES_CONTACTS = frozenset({"address", "contact", "phone", "email", "profile", "credential"})
_PERSONAL_UNLESS_KNOWN = frozenset({Type.PHONE, Type.STREET_ADDRESS, Type.IP_ADDRESS, Type.TAX_ID})
_WEAKER, _BUSINESS_EMAIL = 0.8, 0.6
_NOT_PERSONAL, _BY_HOLDER = 0.9, 0.7


@dataclass(frozen=True, slots=True)
class PiiJudgement:
    pii_class: PiiClass
    confidence: float
    justification: str


def table_holder(table: TableFacts, recognised: tuple[Recognition, ...]) -> Holder:
    """Whom the rows are about: by the name, by what stands in them, or by who refers to them."""
    if table.holder is not Holder.UNKNOWN:
        return table.holder
    if any(found.type in REVEALS_PERSONS for found in recognised):
        return Holder.PERSON
    return _holder_of_referrers(table) if _CARRIES_CONTACTS & set(table.words) else Holder.UNKNOWN


def judge(words: tuple[str, ...], found: Recognition, holder: Holder, *, beside_street: bool) -> PiiJudgement:
    """`holder` is the table's; a word of the column's own name goes before it."""
    pii_class = PII_OF.get(found.type)
    if pii_class is None:
        return PiiJudgement(PiiClass.NONE, _NOT_PERSONAL, f"{found.justification} That is not personal.")
    whose = _holder_by_column(words, holder)
    if found.type is Type.EMAIL and whose is Holder.ORGANISATION:
        return PiiJudgement(pii_class, _BUSINESS_EMAIL, f"{found.justification} It may be a shared business address.")
    if found.type not in PERSONAL_BY_HOLDER or whose is Holder.PERSON:
        return PiiJudgement(pii_class, found.confidence, found.justification)
    if whose is Holder.ORGANISATION:
        return PiiJudgement(PiiClass.NONE, _BY_HOLDER, f"{found.justification} It belongs to an organisation.")
    if found.type in _PERSONAL_UNLESS_KNOWN or beside_street:
        reason = f"{found.justification} Whose it is, is not said."
        return PiiJudgement(pii_class, round(found.confidence * _WEAKER, 2), reason)
    return PiiJudgement(PiiClass.NONE, _BY_HOLDER, f"{found.justification} Nothing ties it to a person.")


def _holder_by_column(words: tuple[str, ...], holder: Holder) -> Holder:
    if OF_A_PERSON & set(words):
        return Holder.PERSON
    own = holder_of(words)
    return holder if own is Holder.UNKNOWN else own


def _holder_of_referrers(table: TableFacts) -> Holder:
    referrers = {
        holder_of(words_of(neighbour.fqn.name))
        for neighbour in table.context.neighbours
        if any(key.referenced_table == table.fqn for key in neighbour.foreign_keys)
    }
    return next((holder for holder in (Holder.PERSON, Holder.ORGANISATION) if holder in referrers), Holder.UNKNOWN)
