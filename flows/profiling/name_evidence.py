"""How far the names alone speak for a column referring to another table's key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from flows.enrichment.word_sets import word_set
from flows.profiling.name_words import (
    KEY_WORDS,
    NAMES_REMEMBERED,
    Words,
    begins_with,
    core_of,
    ends_with,
    is_same,
    meaning_of,
    thing_of,
    without_prefix,
    words_of,
)
from flows.profiling.person_roles import ABOVE, BESIDE, is_role, may_act, plays_role

CLEAR_NAME = 0.8
"""From here on a name says so much of the parent that values which are missing there are orphans, not chance."""
_MEANING_TRUST = 0.9
"""Of what a name is taken to mean, against what it says."""
_LOOK_UP = 0.9
"""artist.type -> artist_type"""
_OTHER_KEY_TRUST = 0.9
"""Of a name that says the parent, for a key of the parent that is called after something else."""
_ANSWERS = (("report", "to"), ("reply", "to"), ("reportsto",), ("replyto",), ("reportstoid",), ("replytoid",))
_SHORTEST_ABBREVIATION = 3
_SHORTEST_JOINED = 4
_STEM = 5
_PREPOSITIONS = word_set("via by to from at in for with of on")
_KINDS = word_set("type kind class table model entity")
_LABELS = word_set("name title label description type kind status email phone url comment note text value symbol")
"""Of a thing, not of another one that it refers to."""
_MEASURES = word_set("""
amount total subtotal sum price cost fee rate rating score quantity qty count number size length width height depth
weight age year month day hour minute second duration percent percentage share ratio balance limit min max average avg
level rank priority position order sort sequence seq version stock capacity discount tax salary wage bonus points
latitude longitude lat lon distance mileage temperature pressure volume area pages floor seats term period interval
threshold tolerance retry retries attempts views likes votes bytes line
""")

Reader = Callable[[str], Words]


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column as its table calls it. `prefix` is the word with which the table marks all of its columns."""

    table: str
    column: str
    prefix: Words = ()

    @property
    def words(self) -> Words:
        return without_prefix(words_of(self.column), self.prefix)

    @property
    def is_own(self) -> bool:
        """Whether it names the rows of its own table: `id`, or `customer_id` of customers."""
        readings = ((thing_of(read(self.column)), core_of(read(self.table))) for read in (words_of, meaning_of))
        return not thing_of(self.words) or any(is_same(thing, table) for thing, table in readings)

    @property
    def is_key_like(self) -> bool:
        """Whether the name says that the values stand for something else."""
        words = (*words_of(self.column), *meaning_of(self.column))
        return any(word in KEY_WORDS - {"number", "num"} for word in words) or is_role(thing_of(self.words))

    @property
    def is_measure(self) -> bool:
        return not self.is_key_like and not _MEASURES.isdisjoint((*self.words, *meaning_of(self.column)))

    def is_kind_of(self, other: ColumnName) -> bool:
        """Whether it tells to which of several tables the other refers: `target_type` beside `target_id`."""
        return self.words[-1] in _KINDS and self.words[:-1] == thing_of(other.words)


@lru_cache(maxsize=NAMES_REMEMBERED)
def name_confidence(child: ColumnName, key: ColumnName) -> float:
    """0 to 1. The rules are about the shape of names and the roles of people, never about particular tables."""
    if child.table == key.table:
        return 0.0 if child.column == key.column else _within_one_table(child)
    if child.is_own:
        return 0.0  # the table's own key, which others refer to
    return max(_readings(child, key))


def _within_one_table(child: ColumnName) -> float:
    """Only a role sets the reference of a row to a row of its own table apart from the row's own key."""
    thing, table = thing_of(child.words), core_of(words_of(child.table))
    if not thing:
        return 0.0
    if ABOVE.intersection(thing_of(meaning_of(child.column))[-1:]):
        return 0.7
    if any(ends_with(thing, answer) for answer in _ANSWERS) or thing[-1] in ABOVE or thing[0] in BESIDE:
        return 0.7
    if plays_role(thing, table):
        return 0.55
    return 0.85 if ends_with(thing, table) and not is_same(thing, table) else 0.0


def _readings(child: ColumnName, key: ColumnName) -> Iterator[float]:
    by_parent = 1.0 if key.is_own else _OTHER_KEY_TRUST
    for read, trust in ((words_of, 1.0), (meaning_of, _MEANING_TRUST)):
        table, parent = core_of(read(child.table)), core_of(read(key.table))
        for words in {read(child.column), without_prefix(read(child.column), child.prefix)}:
            thing = thing_of(words)
            is_look_up = bool(thing) and is_same((*table, *thing), parent)
            yield trust * by_parent * (_LOOK_UP if is_look_up else _by_parent(words, thing, parent))
        yield trust * _by_key(read, child, key)


def _by_parent(words: Words, thing: Words, parent: Words) -> float:
    if not thing:
        return 0.0
    if is_same(thing, parent) or _joined(words, parent):
        return 0.95
    if ends_with(thing, parent):
        return 0.85  # billing_address_id -> address
    if ends_with(parent, thing):
        return 0.6 if thing[-1] in _LABELS else 0.75  # customer_id -> retail_customer
    return _by_part(thing, parent)


def _by_part(thing: Words, parent: Words) -> float:
    if plays_role(thing, parent) or begins_with(parent, thing):
        return 0.65  # support_rep_id -> employee, order_id -> order_header
    if len(thing) == 1 and _abbreviates(thing[0], "".join(parent)):
        return 0.6  # cust_id -> customer
    return 0.6 if may_act(thing, parent) or _is_means(thing, parent) else 0.0


def _is_means(thing: Words, parent: Words) -> bool:
    """`ship_via` of a shipper: what is done, and by or to whom or what."""
    if len(thing) != len(("ship", "via")) or thing[1] not in _PREPOSITIONS or len(parent) > 1:
        return False
    return len(thing[0]) >= _SHORTEST_JOINED and parent[0].startswith(thing[0][:_STEM])


def _by_key(read: Reader, child: ColumnName, key: ColumnName) -> float:
    """customer_number -> client.customer_number, with or without what each table puts before its columns."""
    parent = core_of(read(key.table))
    for words, theirs in (
        (read(child.column), read(key.column)),
        (without_prefix(read(child.column), child.prefix), without_prefix(read(key.column), key.prefix)),
    ):
        thing = thing_of(theirs)
        if not thing or not ends_with(words, theirs):
            continue
        if len(thing) == 1 and thing[0] in _LABELS:
            return 0.75 if ends_with(words[: -len(theirs)], parent) else 0.0  # product_name -> product.name
        return 0.8
    return 0.0


def _joined(words: Words, parent: Words) -> bool:
    """`customerid` of a customer: written without anything between, as folded names are."""
    joined, whole = "".join(words), "".join(parent)
    rest = joined.removeprefix(whole)
    return len(whole) >= _SHORTEST_JOINED and rest != joined and (not rest or rest in KEY_WORDS)


def _abbreviates(short: str, full: str) -> bool:
    """`cust` and `cstmr` of `customer`: the first letter, then letters of the word in their order."""
    if len(short) < _SHORTEST_ABBREVIATION or len(short) >= len(full) or short[0] != full[0]:
        return False
    letters = iter(full)
    return all(letter in letters for letter in short)
