"""What the values of a column look like, from its profile: shares, never a value itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from domain.profiles.model import ColumnProfile, ValueCount
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.value_forms import ENOUGH, SHAPES, TESTS


@dataclass(frozen=True, slots=True)
class ValueSignal:
    type: Type
    share: float
    form: str
    """What was recognised, e.g. `email` or `street word`."""


_PATTERNS = {
    "email": Type.EMAIL,
    "iban": Type.IBAN,
    "card": Type.CARD_NUMBER,
    "ipv4": Type.IP_ADDRESS,
    "ipv6": Type.IP_ADDRESS,
    "mac_address": Type.MAC_ADDRESS,
    "url": Type.URL,
    "uuid": Type.UUID,
}
DATE_PATTERNS = ("iso_date", "iso_timestamp", "day_first_date", "month_first_date")
_MANY = 0.1
_SHORTEST_PHONE, _LONGEST_PHONE = 7, 15


def read_values(profile: ColumnProfile) -> tuple[ValueSignal, ...]:
    """All that the values are recognised as, strongest first."""
    found = (*_from_patterns(profile), *_from_shapes(profile), *_from_top(profile))
    return tuple(sorted(found, key=lambda signal: -signal.share))


def _from_patterns(profile: ColumnProfile) -> Iterable[ValueSignal]:
    """Both kinds of IP addresses count together."""
    for meaning in dict.fromkeys(_PATTERNS.values()):
        share = min(sum(_pattern_share(profile, name) for name, of in _PATTERNS.items() if of is meaning), 1.0)
        if share >= ENOUGH:
            yield ValueSignal(meaning, share, meaning.value)


def _pattern_share(profile: ColumnProfile, name: str) -> float:
    return profile.text.patterns.get(name, 0.0) if profile.text else 0.0


def _from_shapes(profile: ColumnProfile) -> Iterable[ValueSignal]:
    if any(_pattern_share(profile, name) >= ENOUGH for name in DATE_PATTERNS):
        return
    for meaning, form, mask in SHAPES:
        share = shape_share(profile, partial(re.fullmatch, mask))
        if share >= ENOUGH and (meaning is not Type.PHONE or _is_phone_like(profile)):
            yield ValueSignal(meaning, share, form)


def shape_share(profile: ColumnProfile, test: Callable[[str], object]) -> float:
    """Share of the values that are not blank; shapes that were counted on a part of them stand for all."""
    if profile.text is None:
        return 0.0
    counted_on_part = "text.shapes" in profile.left_out
    listed = sum(shape.count for shape in profile.text.shapes if shape.value.strip())
    whole = listed if counted_on_part else profile.non_null - profile.text.blank
    return sum(shape.count for shape in profile.text.shapes if test(shape.value)) / whole if whole > 0 else 0.0


def _is_phone_like(profile: ColumnProfile) -> bool:
    """Of a phone's length, and neither an IP address nor a number with a decimal point."""
    if profile.actual_types.get("decimal", 0.0) + _pattern_share(profile, "ipv4") >= _MANY:
        return False
    return shape_share(profile, lambda shape: _SHORTEST_PHONE <= shape.count("9") <= _LONGEST_PHONE) >= ENOUGH


def _from_top(profile: ColumnProfile) -> Iterable[ValueSignal]:
    for meaning, enough, form, test in TESTS:
        share = _share(profile.top, test)
        if share >= enough and _has_variety(meaning, profile):
            yield ValueSignal(meaning, share, form)


def _has_variety(meaning: Type, profile: ColumnProfile) -> bool:
    """Two genders make a gender column; a single repeated name does not make a column of names."""
    least, most = {Type.GENDER: (2, 6), Type.TITLE: (2, 12), Type.COUNTRY: (1, None)}.get(meaning, (3, None))
    return profile.distinct.value >= least and (most is None or profile.distinct.value <= most)


def _share(counts: Iterable[ValueCount], test: Callable[[str], object]) -> float:
    listed = tuple(found for found in counts if found.value.strip())
    total = sum(found.count for found in listed)
    return sum(found.count for found in listed if test(found.value)) / total if total else 0.0
