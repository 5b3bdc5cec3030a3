"""Table descriptions: what one row is, what it is tied to, and what it carries."""

from __future__ import annotations

from collections.abc import Iterator

from domain.assets.model import AssetType
from domain.profiles.model import Method
from flows.enrichment import captured
from flows.enrichment.facts import TableFacts
from flows.enrichment.meaning import TableMeaning
from flows.enrichment.relationships import is_link
from flows.enrichment.semantic_types import SemanticType as Type

_MAX_NAMED = 4


def describe_table(table: TableMeaning) -> str:
    return " ".join(filter(None, (_comment(table), _subject(table.facts), *_contents(table), _size(table.facts))))


def _comment(table: TableMeaning) -> str | None:
    comment = captured.text(table.facts.asset, "comment")
    return f"{comment.rstrip('.')}." if comment else None


def _subject(table: TableFacts) -> str:
    entity = table.entity
    if table.asset.type is AssetType.VIEW:
        return f"View of {' '.join(table.words)}."
    if is_link(table):
        ends = sorted({key.referenced_table.name for key in table.foreign_keys})
        return f"Links {' and '.join(ends)}: one row per {entity}."
    if table.primary_key:
        return f"One row per {entity}, identified by {' and '.join(table.primary_key)}."
    return f"Records of {' '.join(table.words)}, without a declared key."


def _contents(table: TableMeaning) -> Iterator[str]:
    """Names columns, so that a reader knows where to look."""
    if personal := [column.facts.fqn.name for column in table.personal]:
        yield f"Holds personal data in {_listing(personal)}."
    if amounts := [column.facts.fqn.name for column in table.columns if column.found.type is Type.AMOUNT]:
        yield f"Records amounts of money in {_listing(amounts)}."
    targets = sorted({key.referenced_table.name for key in table.facts.foreign_keys} - {table.facts.fqn.name})
    if targets and not is_link(table.facts):
        yield f"Belongs to {_listing(targets)}."


def _size(table: TableFacts) -> str | None:
    if table.profile is None:
        return None
    rows = table.profile.row_count
    about = "" if rows.method is Method.EXACT else "about "
    return f"It had {about}{rows.value:,} {'row' if rows.value == 1 else 'rows'} when it was last profiled."


def _listing(names: list[str]) -> str:
    if len(names) > _MAX_NAMED:
        return f"{', '.join(names[:_MAX_NAMED])} and {len(names) - _MAX_NAMED} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
