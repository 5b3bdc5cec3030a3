"""Names as words, so that they can be compared however they are written."""

from __future__ import annotations

import re
from functools import lru_cache

from flows.enrichment import names

NAMES_REMEMBERED = 20_000
"""Each column is compared with the key of each table: the same names come again and again."""
KEY_WORDS = frozenset({"id", "key", "code", "no", "nr", "num", "number", "uuid", "guid", "ref", "fk", "pk", "sk"})
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])")
_PLURALS = {"people": "person", "children": "child", "men": "man", "women": "woman", "indices": "index"}
_AFFIXES = frozenset({"dim", "fact", "tbl", "tab", "table", "stg", "raw", "lkp", "lookup", "ref", "mst", "master", "t"})
_ENDINGS = frozenset({"s", "es", "n", "en", "e", "i", "a"})
_SHORTEST_PLURAL = 3
_SHORTEST_STEM = 4
_PREFIXED = 3
"""Columns that have to begin with one word before it is taken for the mark of their table."""

Words = tuple[str, ...]


@lru_cache(maxsize=NAMES_REMEMBERED)
def words_of(name: str) -> Words:
    """Lower-case words in the singular: `CustomerIDs` and `customer_ids` are the same."""
    apart = " ".join(_HUMP.split(name)).replace("_", " ")
    return tuple(_singular(word.lower()) for word in _WORDS.findall(apart))


@lru_cache(maxsize=NAMES_REMEMBERED)
def meaning_of(name: str) -> Words:
    """The same with abbreviations written out, joined words parted and foreign words in English."""
    return tuple(_singular(word) for word in names.words(name))


@lru_cache(maxsize=NAMES_REMEMBERED)
def thing_of(words: Words) -> Words:
    """What a key is the key of: the words without `id`, `code`, `fk` and the like at either end."""
    start, end = 0, len(words)
    while end > start and words[end - 1] in KEY_WORDS:
        end -= 1
    while start < end and words[start] in KEY_WORDS:
        start += 1
    return words[start:end]


def core_of(words: Words) -> Words:
    """What a table is about: `dim_customer` and `tbl_customer` are about customers."""
    return tuple(word for word in words if word not in _AFFIXES) or words


def prefix_of(columns: tuple[str, ...]) -> Words:
    """The word with which a table marks each of its columns (`l_orderkey`, `l_linenumber`), or none."""
    first = {words[0] if (words := words_of(column)) else "" for column in columns}
    return tuple(first) if len(first) == 1 and len(columns) >= _PREFIXED and first != {""} else ()


def without_prefix(words: Words, prefix: Words) -> Words:
    return words[len(prefix) :] if prefix and len(words) > len(prefix) and words[: len(prefix)] == prefix else words


def is_same(one: Words, other: Words) -> bool:
    """Whether they differ at most in the plural of the last word, in whatever language."""
    return len(one) == len(other) and bool(one) and one[:-1] == other[:-1] and _is_same_word(one[-1], other[-1])


def ends_with(longer: Words, shorter: Words) -> bool:
    return bool(shorter) and is_same(longer[-len(shorter) :], shorter)


def begins_with(longer: Words, shorter: Words) -> bool:
    return bool(shorter) and is_same(longer[: len(shorter)], shorter)


def _is_same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST_STEM and long.startswith(short) and long[len(short) :] in _ENDINGS


def _singular(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) < _SHORTEST_PLURAL:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
