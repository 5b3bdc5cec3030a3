"""How far the names alone speak for a column referring to another table's key."""

from __future__ import annotations

import re
from functools import lru_cache

NAMES_REMEMBERED = 20_000
"""Each column is compared with the key of each table: the same names come again and again."""
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z](?!s(?![a-z]))[a-z])")
_KEY_WORDS = frozenset({"id", "key", "code", "no", "nr", "num", "number", "uuid", "guid", "ref", "fk", "pk", "sk"})
_ABOVE = frozenset({"parent", "manager", "supervisor", "superior", "boss", "ancestor"})
_REPORTS = (("report", "to"), ("reports", "to"))
_SHORTEST_ABBREVIATION = 3
_SHORTEST_PLURAL = 3

Words = tuple[str, ...]


def name_confidence(*, table: str, column: str, parent: str, key: str) -> float:
    """0 to 1. `table.column` is the child; the rules are about the shape of names, never about particular ones."""
    words, parent_words = words_of(column), words_of(parent)
    thing = thing_of(words)
    if not thing or (table == parent and column == key):
        return 0.0
    if table == parent:
        return _within_one_table(thing, parent_words)
    if thing == words_of(table):
        return 0.0  # the table's own key, which others refer to
    return _between_tables(words, thing, parent_words, words_of(key))


def _within_one_table(thing: Words, table: Words) -> float:
    """Only a role sets the reference of a row to a row of its own table apart from the row's own key."""
    if thing in _REPORTS or thing[-1] in _ABOVE:
        return 0.7
    return 0.85 if _ends_with(thing, table) and thing != table else 0.0


def _between_tables(words: Words, thing: Words, parent: Words, key: Words) -> float:
    if thing == parent:
        return 0.95
    if _ends_with(thing, parent):
        return 0.85  # billing_address_id -> address
    if thing_of(key) and (words == key or _ends_with(words, key)):
        return 0.8  # customer_number -> client.customer_number
    if _ends_with(parent, thing):
        return 0.75  # customer_id -> dim_customer
    if len(thing) == 1 and _abbreviates(thing[0], "".join(parent)):
        return 0.6  # cust_id -> customer
    return 0.0


@lru_cache(maxsize=NAMES_REMEMBERED)
def words_of(name: str) -> Words:
    """Lower-case words in the singular: `CustomerIDs` and `customer_ids` are the same."""
    apart = " ".join(_HUMP.split(name)).replace("_", " ")
    return tuple(_singular(word.lower()) for word in _WORDS.findall(apart))


@lru_cache(maxsize=NAMES_REMEMBERED)
def thing_of(words: Words) -> Words:
    """What a key is the key of: the words without `id`, `code`, `fk` and the like at either end."""
    start, end = 0, len(words)
    while end > start and words[end - 1] in _KEY_WORDS:
        end -= 1
    while start < end and words[start] in _KEY_WORDS:
        start += 1
    return words[start:end]


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _ends_with(longer: Words, shorter: Words) -> bool:
    return bool(shorter) and longer[-len(shorter) :] == shorter


def _abbreviates(short: str, full: str) -> bool:
    """`cust` and `cstmr` of `customer`: the first letter, then letters of the word in their order."""
    if len(short) < _SHORTEST_ABBREVIATION or len(short) >= len(full) or short[0] != full[0]:
        return False
    letters = iter(full)
    return all(letter in letters for letter in short)
