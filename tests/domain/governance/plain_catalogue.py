"""The catalogue as a person would keep it on paper: every asset with all its contents, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.assets.model import FieldOrigin
from domain.fqn import Fqn


@dataclass(frozen=True)
class Said:
    """What stands in one field, and who says so; `run` is the number of the run that suggested it."""

    value: str
    origin: FieldOrigin
    confidence: float | None = None
    run: int | None = None

    @property
    def is_human(self) -> bool:
        return self.origin is FieldOrigin.HUMAN


@dataclass(frozen=True, eq=False)
class Content:
    """Two contents are the same only when they are one object: to come back is not to be written anew."""

    fields: Mapping[str, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a source tells about an asset."""

    position: int = 0
    comment: str | None = None


@dataclass
class PlainAsset:
    found: Found
    contents: list[Content] = field(default_factory=lambda: [Content()])
    deleted_at: datetime | None = None
    """By the clock of who read the source."""
    told_at: datetime | None = None
    """When the catalogue was told so."""

    @property
    def version(self) -> int:
        return len(self.contents)

    @property
    def content(self) -> Content:
        return self.contents[-1]

    @property
    def lives(self) -> bool:
        return self.deleted_at is None

    def write(self, values: Mapping[str, Said]) -> None:
        self.contents.append(Content({**self.content.fields, **values}))

    def is_based_on(self, version: int) -> bool:
        return self.contents[version - 1] is self.content


class PlainCatalogue:
    def __init__(self) -> None:
        self.assets: dict[Fqn, PlainAsset] = {}

    def living(self, fqn: Fqn) -> PlainAsset | None:
        asset = self.assets.get(fqn)
        return asset if asset and asset.lives else None

    def inside(self, scope: Fqn) -> dict[Fqn, PlainAsset]:
        return {fqn: asset for fqn, asset in self.assets.items() if scope.covers(fqn)}

    def is_human(self, fqn: Fqn, name: str) -> bool:
        asset = self.living(fqn)
        return asset is not None and name in asset.content.fields and asset.content.fields[name].is_human

    def store(self, schema: Fqn, found: Mapping[Fqn, Found], read_at: datetime, now: datetime) -> None:
        """What the source has is there, as the source has it; what it has not is gone."""
        for fqn, asset in self.inside(schema).items():
            if fqn not in found and asset.lives:
                asset.deleted_at, asset.told_at = read_at, now
                asset.write({})
        for fqn, one in found.items():
            known = self.assets.get(fqn)
            if known is None:
                self.assets[fqn] = PlainAsset(one)
            elif not known.lives or known.found != one:
                known.found, known.deleted_at = one, None
                known.write({})

    def forget(self, schema: Fqn, now: datetime) -> None:
        for asset in self.inside(schema).values():
            if asset.lives:
                asset.deleted_at = asset.told_at = now
                asset.write({})

    def edit(self, fqn: Fqn, name: str, value: str) -> None:
        self.assets[fqn].write({name: Said(value, FieldOrigin.HUMAN)})

    def release(self, fqn: Fqn, name: str) -> None:
        asset = self.assets[fqn]
        asset.write({name: replace(asset.content.fields[name], origin=FieldOrigin.GENERATED)})
