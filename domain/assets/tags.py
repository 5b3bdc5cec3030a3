"""Tags: short names that people (or a part of Assay) put on an asset, each with the reason why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.assets.model import FieldOrigin, Tag
from domain.errors import Invalid
from domain.text import check_line, check_text

MAX_TAG_LENGTH = 64
MAX_JUSTIFICATION_LENGTH = 1000
MAX_TAGS = 50
"""Most tags of one asset."""


@dataclass(frozen=True, slots=True)
class TagDraft:
    """A tag that is to be put on an asset."""

    name: str
    justification: str

    def put(self, origin: FieldOrigin, actor: str, at: datetime) -> Tag:
        """The tag; `Invalid` where a name or a reason is none, which concerns one asset of a bulk only."""
        check_tag_name(self.name)
        check_text("justification", self.justification, MAX_JUSTIFICATION_LENGTH)
        return Tag(self.name, self.justification, origin, actor, at)


def check_tag_name(name: str) -> None:
    """Any script and any case; a comma is refused, because then several tags were meant."""
    check_line("tag", name, MAX_TAG_LENGTH)
    if "," in name:
        raise Invalid("tag", "A tag has no comma; give each tag by itself.")


def retag(tags: Sequence[Tag], added: Iterable[Tag], removed: Iterable[str]) -> tuple[Tag, ...]:
    """The tags after the change, by name. Names that differ only in case are the same tag.

    What a person tagged stays as it is when a part of Assay tags the same; what is there already keeps its time.
    """
    kept = {tag.key: tag for tag in tags}
    for name in removed:
        kept.pop(name.casefold(), None)
    for tag in added:
        if not _stands(kept.get(tag.key), tag):
            kept[tag.key] = tag
    if len(kept) > MAX_TAGS:
        raise Invalid("add", f"An asset has at most {MAX_TAGS} tags; these would be {len(kept)}. Remove some.")
    return tuple(kept[key] for key in sorted(kept))


def _stands(there: Tag | None, wanted: Tag) -> bool:
    if there is None:
        return False
    if there.origin is FieldOrigin.HUMAN and wanted.origin is FieldOrigin.GENERATED:
        return True
    return (there.name, there.justification, there.origin) == (wanted.name, wanted.justification, wanted.origin)


def read_tags(stored: Iterable[Mapping[str, Any]]) -> tuple[Tag, ...]:  # as write_tags stored them
    return tuple(
        Tag(
            tag["name"],
            tag["justification"],
            FieldOrigin(tag["origin"]),
            tag["tagged_by"],
            datetime.fromisoformat(tag["tagged_at"]),
        )
        for tag in stored
    )


def write_tags(tags: Iterable[Tag]) -> list[dict[str, Any]]:
    return [
        {
            "name": tag.name,
            "justification": tag.justification,
            "origin": tag.origin,
            "tagged_by": tag.tagged_by,
            "tagged_at": tag.tagged_at.isoformat(),
        }
        for tag in tags
    ]
