"""The chain of a project's audit events: each hash covers an event, its place and the hash before it (ADR 8)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

FORM = "assay-audit-1"
"""Names the canonical form below, so that another one can follow without a doubt which of them a hash is of."""
GENESIS = "0" * 64
"""What stands before the first event of a project."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that is stored of an audit event but its link; `before` and `after` are the JSON that PostgreSQL prints."""

    organization_id: UUID
    project_id: UUID
    position: int
    id: UUID
    occurred_at: datetime
    actor: str
    action: str
    resource: str
    resource_key: str
    before: str | None
    after: str | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Link:
    sequence: int
    previous_hash: str
    hash: str


BEGINNING = Link(0, "", GENESIS)


def digest(content: Content, sequence: int, previous_hash: str) -> str:
    """SHA-256 in hexadecimal digits of a JSON array in UTF-8 without white space: the form's name, the previous hash,
    the sequence, then the fields of `Content` in their order, numbers as numbers, times in UTC with microseconds.
    """
    fields = [FORM, previous_hash, sequence, *map(_plain, astuple(content))]
    return sha256(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _plain(value: UUID | datetime | str | int | None) -> str | int | None:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def forge(contents: Iterable[Content], heads: Mapping[UUID, Link]) -> Iterator[tuple[UUID, Link]]:
    """The next links of the chains, one an event, in this order; `heads` are the last links by project."""
    newest = dict(heads)
    for content in contents:
        last = newest.get(content.project_id, BEGINNING)
        link = Link(last.sequence + 1, last.hash, digest(content, last.sequence + 1, last.hash))
        newest[content.project_id] = link
        yield content.id, link


class Fault(StrEnum):
    CONTENT_CHANGED = "content changed"
    HASH_WRONG = "hash wrong"
    GAP = "gap"
    REORDERED = "reordered"
    TRUNCATED = "truncated or rewritten"


def find_fault(last: Link, content: Content, link: Link) -> Fault | None:
    """What is wrong with an event whose predecessor was found to be right."""
    if link.sequence > last.sequence + 1:
        return Fault.GAP
    if link.sequence <= last.sequence:
        return Fault.REORDERED
    if link.previous_hash != last.hash:
        return Fault.HASH_WRONG
    return None if link.hash == digest(content, link.sequence, link.previous_hash) else Fault.CONTENT_CHANGED
