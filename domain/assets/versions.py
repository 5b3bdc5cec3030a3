"""The history of an asset: what each version changed, and not all that it held."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from domain.assets.model import AssetField, FieldValue, Tag

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class State:
    """What an asset held at one version, as far as a history compares it."""

    captured: Mapping[str, object]
    fields: Mapping[AssetField, FieldValue]
    tags: Mapping[str, Tag]
    """By their keys."""


NOTHING = State({}, {}, {})
"""Before the first version."""


@dataclass(frozen=True, slots=True)
class Change(Generic[K, V]):
    """A thing that differs from the version before; None where there was, or is, none."""

    name: K
    before: V | None
    after: V | None


@dataclass(frozen=True, slots=True)
class AssetVersion:
    version: int
    change: str
    actor: str
    changed_at: datetime
    run_id: UUID | None
    """The run that made the version; None when a person did."""
    captured: Sequence[Change[str, object]]
    fields: Sequence[Change[AssetField, FieldValue]]
    tags: Sequence[Change[str, Tag]]


def differences(before: Mapping[K, V], after: Mapping[K, V]) -> tuple[Change[K, V], ...]:
    """What differs, by name. A value of None is as good as none."""
    return tuple(_differing(before, after))


def _differing(before: Mapping[K, V], after: Mapping[K, V]) -> Iterator[Change[K, V]]:
    for name in sorted(before.keys() | after.keys(), key=str):
        change = Change(name, before.get(name), after.get(name))
        if change.before != change.after:
            yield change
