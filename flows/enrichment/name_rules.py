"""What the words of a column's name say it holds. Phrases, not single letters: `device_ip_count` is a count."""

from __future__ import annotations

from dataclasses import dataclass

from flows.enrichment.facts import Holder
from flows.enrichment.name_phrases import NEUTRAL_AFTER, NEUTRAL_BEFORE, PHRASES
from flows.enrichment.names import singular
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.vocabulary import ORGANISATION_WORDS, PERSON_WORDS


@dataclass(frozen=True, slots=True)
class NameFinding:
    type: Type
    words: tuple[str, ...]


def read_name(name: tuple[str, ...], holder: Holder) -> NameFinding | None:
    """The first phrase that fits and that no other word turns into a count, a flag, a type or the like."""
    plain = tuple(singular(word) for word in name)
    if _counts_things(name):
        return None
    for meaning, phrase in PHRASES:
        start = _find(phrase, plain)
        if start is not None and not _is_neutralised(plain, start, len(phrase)):
            return NameFinding(meaning, phrase)
    return _read_bare_name(plain, holder)


def _counts_things(name: tuple[str, ...]) -> bool:
    return len(name) > 1 and name[0] == "number" and singular(name[-1]) != name[-1]


def _find(phrase: tuple[str, ...], name: tuple[str, ...]) -> int | None:
    """Words may stand in either order (`date of birth`), except around `number`: `number_cards` is a count."""
    swaps = "number" not in phrase
    for start in range(len(name) - len(phrase) + 1):
        part = name[start : start + len(phrase)]
        if part == phrase or (swaps and sorted(part) == sorted(phrase)):
            return start
    return None


def _is_neutralised(name: tuple[str, ...], start: int, length: int) -> bool:
    before, after = name[:start], name[start + length :]
    return any(word in NEUTRAL_AFTER for word in after) or any(word in NEUTRAL_BEFORE for word in before)


def _read_bare_name(name: tuple[str, ...], holder: Holder) -> NameFinding | None:
    """`name` says whose it is by the word before it, or by the table: of a customer, of a file, of a product."""
    if "name" not in name or _is_neutralised(name, name.index("name"), 1):
        return None
    modifiers = [word for word in name if word != "name" and not word.isdigit()]
    if any(word in ORGANISATION_WORDS for word in modifiers):
        return NameFinding(Type.ORGANISATION_NAME, ("name",))
    if any(word in PERSON_WORDS for word in modifiers) or (not modifiers and holder is Holder.PERSON):
        return NameFinding(Type.PERSON_NAME, ("name",))
    if not modifiers and holder is Holder.ORGANISATION:
        return NameFinding(Type.ORGANISATION_NAME, ("name",))
    return NameFinding(Type.NAME, ("name",))
