"""What happened at the time that a column holds: `create_date` and `created_at` say the same."""

from __future__ import annotations

from collections.abc import Mapping

from flows.enrichment.word_sets import word_set

_HAPPENED = word_set("""
created updated modified changed deleted opened closed ordered shipped delivered paid signed registered started ended
cancelled approved verified sent received completed expired issued hired activated posted booked returned released
refreshed loaded
""")
_NOUNS: Mapping[str, str] = {
    "create": "created",
    "creation": "created",
    "update": "updated",
    "modification": "modified",
    "change": "changed",
    "hire": "hired",
    "return": "returned",
    "release": "released",
    "order": "ordered",
    "delivery": "delivered",
    "start": "started",
    "end": "ended",
    "registration": "registered",
    "signup": "signed up",
    "issue": "issued",
}


def moment_of(words: tuple[str, ...], entity: str, *, has_time: bool) -> str:
    kind = "Date and time" if has_time else "Date"
    if words[0] == entity:
        return f"{kind} of the {entity}."
    last = "last " if "last" in words else ""
    for word in words:
        if happened := word if word in _HAPPENED else _NOUNS.get(word):
            return f"{kind} when the {entity} was {last}{happened}."
    return f"{kind}: {' '.join(words)} of the {entity}."
