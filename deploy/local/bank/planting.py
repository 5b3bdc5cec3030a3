from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from deploy.local.bank.dice import Dice
from deploy.local.bank.faults import FAULTS
from deploy.local.bank.row import Key, Row

AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True, slots=True)
class Planter:
    """Puts faults into rows and writes down the keys. A row takes one fault at most, so each can be counted alone."""

    dice: Dice
    keys: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    _used: dict[type[Row], set[Key]] = field(default_factory=dict)

    def change(
        self,
        fault_id: str,
        rows: list[AnyRow],
        spoil: Callable[[AnyRow], AnyRow],
        suits: Callable[[AnyRow], bool] = lambda _: True,
    ) -> None:
        chosen = self._choose(fault_id, rows, suits)
        for place in chosen:
            rows[place] = spoil(rows[place])
        self._record(fault_id, [rows[place] for place in chosen])

    def copy(self, fault_id: str, rows: list[AnyRow], renumber: Callable[[AnyRow, int], AnyRow]) -> None:
        """`renumber` gets the row and the count of rows before it; only the copies are the fault."""
        chosen = self._choose(fault_id, rows, lambda _: True)
        copies = [renumber(rows[place], len(rows) + number) for number, place in enumerate(chosen)]
        rows += copies
        self._record(fault_id, copies)

    def remove(
        self, fault_id: str, rows: list[AnyRow], gone: Callable[[AnyRow], bool], names: Callable[[AnyRow], bool]
    ) -> None:
        """A row that is not there has no key: `names` says which of the others stand for it."""
        rows[:] = [row for row in rows if not gone(row)]
        self._record(fault_id, [row for row in rows if names(row)])

    def _choose(self, fault_id: str, rows: list[AnyRow], suits: Callable[[AnyRow], bool]) -> list[int]:
        used = self._used.setdefault(type(rows[0]), set())
        free = [place for place, row in enumerate(rows) if row.key not in used and suits(row)]
        chosen = sorted(self.dice.sample(free, _row_count(fault_id)))
        used.update(rows[place].key for place in chosen)
        return chosen

    def _record(self, fault_id: str, rows: list[AnyRow]) -> None:
        self._used.setdefault(type(rows[0]), set()).update(row.key for row in rows)
        self.keys[fault_id] = tuple(row.key for row in rows)


def _row_count(fault_id: str) -> int:
    return next(fault.row_count for fault in FAULTS if fault.id == fault_id)
