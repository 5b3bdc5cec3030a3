"""Reads what the catalogue captured about an asset, typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from domain.assets.captured import foreign_keys as kept_foreign_keys
from domain.assets.model import Asset, ForeignKey


def text(asset: Asset, key: str) -> str | None:
    value = asset.captured.get(key)
    return value.strip() or None if isinstance(value, str) else None


def is_nullable(asset: Asset) -> bool:
    """True unless the source declares otherwise."""
    return asset.captured.get("nullable") is not False


def primary_key(table: Asset) -> tuple[str, ...]:
    return _names(table.captured.get("primary_key"))


def unique_keys(table: Asset) -> tuple[tuple[str, ...], ...]:
    found = table.captured.get("unique_keys")
    return tuple(_names(key) for key in found) if _is_list(found) else ()


def foreign_keys(table: Asset) -> tuple[ForeignKey, ...]:
    return kept_foreign_keys(dict(table.captured))


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(name) for name in value) if _is_list(value) else ()


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
