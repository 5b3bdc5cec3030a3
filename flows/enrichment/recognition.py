"""What a column holds: name and values heard together, each able to overrule the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.profiles.model import ColumnProfile
from flows.enrichment.facts import ColumnFacts, Holder
from flows.enrichment.generic_types import actual_kind, generic_type
from flows.enrichment.name_rules import NameFinding, read_name
from flows.enrichment.plausibility import contradiction
from flows.enrichment.semantic_types import PII_OF
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.value_forms import ENOUGH
from flows.enrichment.value_signals import ValueSignal, read_values
from flows.enrichment.vocabulary import PERSON_WORDS, VOCABULARY
from flows.enrichment.word_sets import word_set

CERTAIN = 0.97
BY_NAME = 0.85
BY_NAME_UNPROFILED = 0.75
BY_DECLARATION = 0.95
DOUBTED = 0.55

_SAME = (
    frozenset({Type.FIRST_NAME, Type.LAST_NAME, Type.PERSON_NAME}),
    frozenset({Type.SOCIAL_SECURITY_NUMBER, Type.NATIONAL_ID, Type.TAX_ID, Type.PASSPORT_NUMBER}),
    frozenset({Type.PASSWORD, Type.SECRET}),
    frozenset({Type.IBAN, Type.BANK_ACCOUNT}),
)
_STRONG = frozenset(
    {Type.EMAIL, Type.IBAN, Type.CARD_NUMBER, Type.IP_ADDRESS, Type.MAC_ADDRESS, Type.SOCIAL_SECURITY_NUMBER}
    | {Type.URL, Type.UUID, Type.PASSWORD}
)
"""Forms that other content does not take by chance: they overrule a name."""
_BY_TYPE = {"inet": Type.IP_ADDRESS, "macaddr": Type.MAC_ADDRESS, "macaddr8": Type.MAC_ADDRESS}
"""Declared types that say by themselves what the values are."""
_OPEN_NAMES = frozenset({Type.NAME, Type.TITLE, Type.BANK_ACCOUNT})
_NUMBERING = word_set("id code number key reference sku version date time timestamp type category")
_TELLING = VOCABULARY - PERSON_WORDS - word_set("name value text field column key item detail part entry")


@dataclass(frozen=True, slots=True)
class Recognition:
    type: Type
    confidence: float
    justification: str
    evidence: Mapping[str, object] = field(default_factory=dict)

    @property
    def may_be_personal(self) -> bool:
        return self.type in PII_OF


def recognise(column: ColumnFacts, holder: Holder) -> Recognition:
    if column.reference and actual_kind(column).is_number:
        return _declared(Type.REFERENCE, f"It is declared to refer to {column.reference.referenced_table.name}.")
    if declared := _BY_TYPE.get(str(column.asset.captured.get("data_type"))):
        return _declared(declared, f"It is declared as {_label(declared)}.")
    named = read_name(column.words, holder)
    signals = read_values(column.profile) if column.profile else ()
    if named and (agreeing := next((found for found in signals if _agree(named.type, found.type)), None)):
        return _both(named, agreeing)
    if told := _by_values(column, named, signals):
        return told
    doubt = contradiction(named.type, column) if named else None
    if named and doubt is None:
        return _by_name(named, column.profile)
    return _generic(column, doubt)


def _agree(one: Type, other: Type) -> bool:
    return one is other or any(one in same and other in same for same in _SAME)


def _by_values(column: ColumnFacts, named: NameFinding | None, signals: tuple[ValueSignal, ...]) -> Recognition | None:
    for signal in signals:
        if signal.type in _STRONG or _is_open(column, named, signal):
            return _from_signal(signal, named)
    return None


def _is_open(column: ColumnFacts, named: NameFinding | None, signal: ValueSignal) -> bool:
    """Whether the name leaves room for a weaker form: it says nothing, or nothing that is against it."""
    if named is not None and named.type not in _OPEN_NAMES:
        return False
    if column.words[-1] in _NUMBERING or column.is_any_key:
        return False
    return is_untelling(column.words) or signal.share >= ENOUGH


def is_untelling(words: tuple[str, ...]) -> bool:
    """`col_3`, `value2` or `person`: a name from which nothing follows about the values."""
    return not any(word in _TELLING for word in words)


def _from_signal(signal: ValueSignal, named: NameFinding | None) -> Recognition:
    base = 0.9 if signal.type in _STRONG else 0.8
    clash = f", although the name speaks of {_label(named.type)}" if named else ""
    return Recognition(
        signal.type,
        round(base * (0.6 + 0.4 * signal.share), 2),
        f"{_percent(signal.share)} of the values compared have the form of {_label(signal.type)}{clash}.",
        {"basis": "values", "form": signal.form, "share": round(signal.share, 3)},
    )


def _both(named: NameFinding, signal: ValueSignal) -> Recognition:
    return Recognition(
        named.type,
        CERTAIN,
        f"The name speaks of {_label(named.type)}, and {_percent(signal.share)} of the values compared have its form.",
        {"basis": "name and values", "words": list(named.words), "form": signal.form, "share": round(signal.share, 3)},
    )


def _by_name(named: NameFinding, profile: ColumnProfile | None) -> Recognition:
    seen = profile is not None and profile.non_null > 0
    return Recognition(
        named.type,
        BY_NAME if seen else BY_NAME_UNPROFILED,
        f"The name speaks of {_label(named.type)}" + (", and the profile does not contradict it." if seen else "."),
        {"basis": "name", "words": list(named.words)},
    )


def _generic(column: ColumnFacts, doubt: str | None) -> Recognition:
    meaning, reason = generic_type(column)
    if doubt:
        return Recognition(meaning, DOUBTED, f"{doubt} {reason}", {"basis": "profile", "words": list(column.words)})
    confidence = BY_DECLARATION if column.is_any_key else BY_NAME_UNPROFILED
    return Recognition(meaning, confidence, reason, {"basis": "type", "words": list(column.words)})


def _declared(meaning: Type, reason: str) -> Recognition:
    return Recognition(meaning, BY_DECLARATION, reason, {"basis": "declaration"})


def _label(meaning: Type) -> str:
    return meaning.value.replace("_", " ")


def _percent(share: float) -> str:
    """A share below one is never shown as all."""
    return "all" if share == 1 else f"{min(round(share * 100), 99)} %"
