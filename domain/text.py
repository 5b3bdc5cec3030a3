"""The rules for text that comes from outside: what a database can hold, and how long it may be."""

import re

from domain.errors import Invalid

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def is_storable(text: str) -> bool:
    """False with the character NUL or half a surrogate pair: PostgreSQL has no room for either."""
    return _UNSTORABLE.search(text) is None


def check_storable(field: str, text: str) -> None:
    if not is_storable(text):
        raise Invalid(field, f"{field} cannot hold the character NUL or half a surrogate pair; take it out.")


def check_text(field: str, text: str, longest: int) -> None:
    """Refuse a text that is blank, too long or cannot be stored."""
    check_storable(field, text)
    if not text.strip():
        raise Invalid(field, f"{field} cannot be blank.")
    if len(text) > longest:
        raise Invalid(field, f"{field} has at most {longest:,} characters; this one has {len(text):,}.")


def check_line(field: str, text: str, longest: int) -> None:
    """As `check_text`, for a name: one line, and no blanks at its ends."""
    check_text(field, text, longest)
    if _NOT_IN_A_LINE.search(text) or text != text.strip():
        raise Invalid(field, f"{field} is one line without tabs, and without blanks at its ends.")
