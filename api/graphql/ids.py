"""Opaque ids: globally unique, stable, and good for `node` as well as for every argument that names the thing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

import strawberry

from domain.errors import NotFound


def write_id(kind: str, key: UUID) -> strawberry.ID:
    return strawberry.ID(urlsafe_b64encode(f"{kind}:{key.hex}".encode()).decode().rstrip("="))


def split_id(text: str) -> tuple[str, UUID] | None:
    """The kind and key of an id; None for a text that is none."""
    try:
        kind, _, key = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        found = kind, UUID(hex=key)
    except (Error, ValueError):
        return None
    return found if write_id(*found) == text else None


def read_id(kind: str, text: str) -> UUID:
    """The key of an id of this kind; any other text names nothing, so it is `NotFound`."""
    found = split_id(text)
    if found is None or found[0] != kind:
        raise NotFound(kind, text)
    return found[1]


@strawberry.interface(description="A thing with an id, which `node` finds again.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque, stable and unique among all things.")
