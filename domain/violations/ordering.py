"""In which orders violations can be listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import case
from sqlmodel import col

from domain.db.keyset import SortValue, read_moment
from domain.rules.model import Severity
from domain.violations.tables import ViolationRow

_Row = ViolationRow
_LARGEST = 2**31 - 1  # of an integer column
_RANK = {severity: rank for rank, severity in enumerate(reversed(Severity))}


class ViolationOrderField(StrEnum):
    CREATED = "CREATED"
    OPENED_AT = "OPENED_AT"
    LAST_SEEN_AT = "LAST_SEEN_AT"
    SEVERITY = "SEVERITY"
    OCCURRENCES = "OCCURRENCES"


@dataclass(frozen=True, slots=True)
class ViolationOrder:
    """Newest first unless it says otherwise.

    Indexes give the order CREATED; the others sort what scope and filter leave.
    """

    field: ViolationOrderField = ViolationOrderField.CREATED
    is_descending: bool = True


def _read_number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _LARGEST:
        raise ValueError(text)
    return number


SORT_VALUES: Mapping[ViolationOrderField, SortValue[ViolationRow]] = {
    ViolationOrderField.OPENED_AT: SortValue(
        "opened", col(_Row.opened_at), read_moment, lambda row: row.opened_at.isoformat()
    ),
    ViolationOrderField.LAST_SEEN_AT: SortValue(
        "seen", col(_Row.last_seen_at), read_moment, lambda row: row.last_seen_at.isoformat()
    ),
    ViolationOrderField.SEVERITY: SortValue(
        "severity",
        case(_RANK, value=col(_Row.severity)),
        _read_number,
        lambda row: str(_RANK[Severity(row.severity)]),
    ),
    ViolationOrderField.OCCURRENCES: SortValue(
        "occurrences", col(_Row.occurrences), _read_number, lambda row: str(row.occurrences)
    ),
}
"""Ids grow with time, so the order CREATED needs no other value."""
