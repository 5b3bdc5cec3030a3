"""How long a run has given no sign of life, as far as the one who watches could have seen one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.clock import Clock
from domain.runs.model import RunId


@dataclass(frozen=True, slots=True)
class _Sign:
    at: datetime
    first_seen: datetime


class SilenceMeter:
    """Measures from when it first saw the newest sign: while the database was away, nobody could give one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._signs: dict[RunId, _Sign] = {}

    def silent_for(self, run_id: RunId, sign_at: datetime) -> timedelta:
        """`sign_at` is the time of the newest heartbeat or state."""
        known = self._signs.get(run_id)
        if known is None or known.at != sign_at:
            known = self._signs[run_id] = _Sign(sign_at, self._clock())
        return self._clock() - known.first_seen

    def keep_only(self, run_ids: Collection[RunId]) -> None:
        """Runs that are no longer watched take no room."""
        self._signs = {run_id: sign for run_id, sign in self._signs.items() if run_id in run_ids}

    def forget(self) -> None:
        """After an outage all begin anew."""
        self._signs.clear()
