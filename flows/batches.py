"""Which items of a run share one Prefect task, once there are more items than a run may have tasks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.fqn import SCHEMA_DEPTH, Fqn


@dataclass(frozen=True, slots=True)
class Batch:
    """At least one item; they are worked on one after the other."""

    items: tuple[Fqn, ...]

    @property
    def name(self) -> str:
        """What people read in Prefect's UI."""
        first, last = self.items[0], self.items[-1]
        if first == last:
            return str(first)
        kind = "schemas" if first.depth == SCHEMA_DEPTH else "tables"
        return f"{first} … {last} · {len(self.items):,} {kind}"


def batches_of(items: Sequence[Fqn], max_tasks: int, rows: Mapping[Fqn, int], large_table_rows: int) -> list[Batch]:
    """Each item alone where that makes no more than `max_tasks`; otherwise the large ones alone, the others evenly.

    `rows` holds the items whose size is known. Half of the tasks at least are left to the others: without them, they
    would all wait in one queue. The order is kept within a batch, and from batch to batch by their first items.
    """
    if len(items) <= max_tasks:
        return [Batch((item,)) for item in items]
    large = [item for item in items if rows.get(item, 0) >= large_table_rows]
    alone = set(sorted(large, key=lambda item: rows[item], reverse=True)[: max_tasks // 2])
    batches = [*(Batch((item,)) for item in alone), *_evenly(_without(items, alone), max_tasks - len(alone))]
    place = {item: position for position, item in enumerate(items)}
    return sorted(batches, key=lambda batch: place[batch.items[0]])


def _without(items: Sequence[Fqn], left_out: Collection[Fqn]) -> list[Fqn]:
    return [item for item in items if item not in left_out]


def _evenly(items: Sequence[Fqn], parts: int) -> list[Batch]:
    """Sizes differ by one at most."""
    bounds = [len(items) * part // parts for part in range(parts + 1)]
    return [Batch(tuple(items[begin:end])) for begin, end in pairwise(bounds)]
