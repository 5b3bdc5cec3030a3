"""Reads the words out of a technical name: `custFirstNm` and `vorname` are both about a first name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

from flows.enrichment.abbreviations import ABBREVIATIONS
from flows.enrichment.foreign_words import FOREIGN_WORDS
from flows.enrichment.vocabulary import VOCABULARY

STOP_WORDS = frozenset({"of", "the", "a", "an", "de", "du", "del", "la", "le", "des", "der", "og", "et", "y", "und"})
_EXACT = {**FOREIGN_WORDS, **ABBREVIATIONS}
_KNOWN = VOCABULARY | set(_EXACT)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LETTERS = {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "å": "aa", "Å": "Aa"}
_SHORTEST_JOINED = 3


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """Lower-case English words in the order of the name; a number stays as it is, a word nobody knows too."""
    tokens = [part.lower() for part in _PARTS.findall(_plain(name))]
    meant = (word for token in tokens for word in _meaning(token))
    kept = tuple(word for word, _ in groupby(word for word in meant if word not in STOP_WORDS))
    return kept or (name.strip().lower() or "unnamed",)


def in_words(name: str) -> str:
    return " ".join(words(name))


def singular(word: str) -> str:
    """`countries` -> `country`; words that only look like a plural stay."""
    if len(word) <= _SHORTEST_JOINED or word.endswith(("ss", "us", "is", "news", "series")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def _plain(name: str) -> str:
    replaced = "".join(_LETTERS.get(letter, letter) for letter in name)
    decomposed = unicodedata.normalize("NFKD", replaced)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _meaning(token: str) -> tuple[str, ...]:
    if token in _EXACT:
        return _EXACT[token]
    if token in _KNOWN or singular(token) in _KNOWN:
        return (token,)
    parts = _split(token)
    return tuple(word for part in parts for word in _EXACT.get(part, (part,))) if parts else (token,)


@lru_cache(maxsize=20_000)
def _split(token: str) -> tuple[str, ...]:
    """A name written without separators, as the fewest known words; nothing when it is not made of them."""
    found: list[tuple[str, ...]] = []
    for end in range(len(token) - 2, _SHORTEST_JOINED - 1, -1):
        head, tail = token[:end], token[end:]
        if head not in _KNOWN:
            continue
        if tail in _KNOWN and (len(tail) >= _SHORTEST_JOINED or tail in {"id", "no", "nr", "at"}):
            return (head, tail)
        if rest := _split(tail):
            found.append((head, *rest))
    return min(found, key=len, default=())
