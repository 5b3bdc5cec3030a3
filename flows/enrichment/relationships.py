"""How a table is tied to others, in one paragraph."""

from __future__ import annotations

from collections.abc import Iterator

from domain.assets.model import ForeignKey
from flows.enrichment.facts import TableFacts


def relationship_summary(table: TableFacts) -> str | None:
    """None for a table that refers to nothing and that nothing refers to."""
    sentences = [*_declared(table), *_inferred(table), *_incoming(table)]
    return " ".join(sentences) or None


def is_link(table: TableFacts) -> bool:
    """Whether the table only ties two others together: its key is made of references."""
    referring = {name for key in table.foreign_keys for name in key.columns}
    return len(table.primary_key) > 1 and len(table.foreign_keys) > 1 and set(table.primary_key) <= referring


def _declared(table: TableFacts) -> Iterator[str]:
    if table.foreign_keys:
        yield f"Refers to {_listing(tuple(_target(key, table) for key in table.foreign_keys))}."


def _target(key: ForeignKey, table: TableFacts) -> str:
    target = "itself" if key.referenced_table == table.fqn else key.referenced_table.name
    return f"{target} by {' and '.join(key.columns)}"


def _inferred(table: TableFacts) -> Iterator[str]:
    for found in table.profile.relationships if table.profile else ():
        target = f"{found.referenced_table.name} by {' and '.join(found.columns)}"
        orphans = f"; {found.orphans:,} rows have no counterpart" if found.orphans else ""
        yield f"Seems to refer to {target}, which is not declared{orphans}."


def _incoming(table: TableFacts) -> Iterator[str]:
    referrers = sorted(
        {
            neighbour.fqn.name
            for neighbour in table.context.neighbours
            if neighbour.fqn != table.fqn and any(key.referenced_table == table.fqn for key in neighbour.foreign_keys)
        }
    )
    if referrers:
        yield f"Referred to by {_listing(tuple(referrers))}."


def _listing(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
