"""Committed events, from the database to every subscriber of this copy of the server."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence

import structlog

from domain.bootstrap import Domain
from domain.errors import Unavailable
from domain.events import CommittedEvent
from domain.identity import Tenant

KEPT = 5000
"""Events that are held in memory for all subscribers together; a slower one reads what it missed from the table."""
PAGE = 500
LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger()


class Hub:
    """One reader of the feed, any number of subscribers, no queue of their own: none can fill the memory."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._recent: deque[CommittedEvent] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self._has_begun = False
        self.position = 0
        """Number of the newest event that subscribers can see."""

    @property
    def kept(self) -> int:
        """How many events are in memory."""
        return len(self._recent)

    async def run(self) -> None:
        """Follow the feed for ever; a lost database is waited for."""
        pause = 0.1
        while True:
            try:
                async with self._domain.numbered.listening():
                    if not self._has_begun:
                        self._move_to(await self._domain.feed.last_sequence())
                        self._has_begun = True
                    pause = 0.1
                    await self._follow()
            except (Unavailable, OSError) as error:
                log.warning("hub.waiting", error=type(error).__name__, pause_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _follow(self) -> None:
        while True:
            events = await self._domain.feed.after(self.position, PAGE)
            self._publish(events)
            if len(events) < PAGE:
                await self._domain.numbered.wait()

    def _publish(self, events: Sequence[CommittedEvent]) -> None:
        if not events:
            return
        self._recent.extend(events)
        self._move_to(events[-1].sequence)

    def _move_to(self, position: int) -> None:
        """Subscribers wake, those too who came before the hub had begun."""
        self.position = position
        woken, self._news = self._news, asyncio.Event()
        woken.set()

    def events(self, tenant: Tenant, after: int | None = None) -> AsyncIterator[CommittedEvent]:
        """What a tenant may see of the events after a number (default: from this call on), each once, in order."""
        return self._events(tenant, self.position if after is None else after)

    async def _events(self, tenant: Tenant, position: int) -> AsyncIterator[CommittedEvent]:
        while True:
            news, seen = self._news, self.position
            if position >= seen:
                await news.wait()
                continue
            if self._remembers(position):
                batch = self._recent_after(position)
            else:
                batch = await self._domain.feed.history(tenant, position, PAGE)
            for committed in batch:
                position = committed.sequence
                if told := committed.as_seen_by(tenant):
                    yield told
            if not batch:
                position = seen

    def _remembers(self, position: int) -> bool:
        """Whether everything after this number is still in memory."""
        return bool(self._recent) and self._recent[0].sequence <= position + 1

    def _recent_after(self, position: int) -> Sequence[CommittedEvent]:
        start = position + 1 - self._recent[0].sequence
        # By index, because most subscribers are near the end, and an iterator would begin at the other one.
        return [self._recent[place] for place in range(start, min(start + PAGE, len(self._recent)))]
