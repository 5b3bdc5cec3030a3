"""Personal columns under an unhelpful name, in a table about persons: birth dates and official numbers."""

from __future__ import annotations

import re

from domain.profiles.model import ColumnProfile
from flows.enrichment.semantic_types import SemanticType as Type
from flows.enrichment.value_signals import DATE_PATTERNS, shape_share

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OFFICIAL_NUMBER = re.compile(r"[9A]+([ ./-][9A]+){2,}")
_MOSTLY = 0.9
_OLDEST, _YOUNGEST, _SPREAD = 120, 5, 25
_FEWEST_DIGITS = 9


def read_form(profile: ColumnProfile, this_year: int) -> tuple[Type, str] | None:
    """The type and the form by which it was recognised."""
    if _look_like_birth_dates(profile, this_year):
        return Type.DATE_OF_BIRTH, "dates that lie a lifetime apart"
    if _look_like_official_numbers(profile):
        return Type.NATIONAL_ID, "one number a person, long and in groups"
    return None


def _look_like_birth_dates(profile: ColumnProfile, this_year: int) -> bool:
    """Between a very old person's and a child's birth, and at least a generation from the first to the last."""
    years = _years(profile)
    if not years:
        return False
    first, last = min(years), max(years)
    return this_year - _OLDEST <= first and last <= this_year - _YOUNGEST and last - first >= _SPREAD


def _years(profile: ColumnProfile) -> tuple[int, ...]:
    if profile.dates:
        return (profile.dates.min.year, profile.dates.max.year)
    shares = profile.text.patterns if profile.text else {}
    if max((shares.get(name, 0.0) for name in DATE_PATTERNS), default=0.0) < _MOSTLY:
        return ()
    return tuple(int(year) for found in profile.top for year in _YEAR.findall(found.value))


def _look_like_official_numbers(profile: ColumnProfile) -> bool:
    if profile.text is None or not profile.uniqueness or profile.uniqueness < _MOSTLY:
        return False
    if any(profile.text.patterns.get(name, 0.0) >= _MOSTLY for name in (*DATE_PATTERNS, "uuid")):
        return False
    return shape_share(profile, _is_official) >= _MOSTLY


def _is_official(shape: str) -> bool:
    return _OFFICIAL_NUMBER.fullmatch(shape) is not None and shape.count("9") >= _FEWEST_DIGITS
