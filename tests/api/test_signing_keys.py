import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from api.signing_keys import (
    KEPT_SECONDS,
    LONGEST_OUTAGE_SECONDS,
    PAUSE_SECONDS,
    ProviderUnreachable,
    SigningKey,
    SigningKeys,
)
from domain.errors import Unavailable


@dataclass
class Publisher:
    """`now` is the time in seconds, which a test moves."""

    ids: list[str] = field(default_factory=lambda: ["a"])
    is_down: bool = False
    asked: int = 0
    now: float = 0.0
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    async def fetch(self) -> dict[str, SigningKey]:
        self.asked += 1
        await self.answers.wait()
        if self.is_down:
            raise ProviderUnreachable("down")
        return {key: {"kid": key} for key in self.ids}

    def clock(self) -> float:
        return self.now


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def keys(publisher: Publisher) -> SigningKeys:
    return SigningKeys(publisher.fetch, publisher.clock)


async def test_keys_are_kept_for_ten_minutes(keys: SigningKeys, publisher: Publisher) -> None:
    asked = []
    for publisher.now in (0, KEPT_SECONDS, KEPT_SECONDS + 1, 2 * KEPT_SECONDS):
        await keys.find("a")
        asked.append(publisher.asked)

    assert KEPT_SECONDS == 600
    assert asked == [1, 1, 2, 2]


async def test_an_unknown_key_is_asked_for_at_once(keys: SigningKeys, publisher: Publisher) -> None:
    await keys.find("a")
    publisher.now, publisher.ids = PAUSE_SECONDS, ["a", "b"]

    assert await keys.find("b") == {"kid": "b"}
    assert publisher.asked == 2


async def test_made_up_keys_do_not_hammer_the_provider(keys: SigningKeys, publisher: Publisher) -> None:
    found = []
    for second in range(60):
        publisher.now = float(second)
        found += [await keys.find(f"made-up-{second}-{number}") for number in range(10)]

    assert found == [None] * 600
    assert publisher.asked == 60 / PAUSE_SECONDS


async def test_callers_who_come_at_once_ask_once(keys: SigningKeys, publisher: Publisher) -> None:
    found = await asyncio.gather(*(keys.find("a") for _ in range(100)))

    assert found == [{"kid": "a"}] * 100
    assert publisher.asked == 1


async def test_kept_keys_go_on_for_a_day_while_the_provider_is_away(keys: SigningKeys, publisher: Publisher) -> None:
    await keys.find("a")
    publisher.is_down = True

    with capture_logs():
        for publisher.now in (KEPT_SECONDS + 1, LONGEST_OUTAGE_SECONDS):
            assert await keys.find("a") == {"kid": "a"}
        publisher.now = LONGEST_OUTAGE_SECONDS + 1
        with pytest.raises(Unavailable):
            await keys.find("a")


async def test_who_has_a_good_key_does_not_wait_for_a_slow_provider(keys: SigningKeys, publisher: Publisher) -> None:
    await keys.find("a")
    publisher.now = KEPT_SECONDS + 1
    publisher.answers.clear()
    first = asyncio.create_task(keys.find("a"))
    await asyncio.sleep(0)

    assert await keys.find("a") == {"kid": "a"}
    assert not first.done()
    publisher.answers.set()
    assert await first == {"kid": "a"}


async def test_without_any_key_it_is_told_when_to_come_back(keys: SigningKeys, publisher: Publisher) -> None:
    publisher.is_down = True

    with capture_logs() as lines:
        for _ in range(5):
            with pytest.raises(Unavailable) as refused:
                await keys.find("a")

    assert refused.value.retry_after_seconds == PAUSE_SECONDS
    assert (publisher.asked, len(lines)) == (1, 1)


async def test_who_leaves_while_asking_leaves_the_next_one_to_ask(keys: SigningKeys, publisher: Publisher) -> None:
    publisher.answers.clear()
    leaving = asyncio.create_task(keys.find("a"))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    publisher.answers.set()

    assert await keys.find("a") == {"kid": "a"}
    assert publisher.asked == 2


async def test_a_provider_that_is_back_is_asked_again(keys: SigningKeys, publisher: Publisher) -> None:
    publisher.is_down = True
    with capture_logs(), pytest.raises(Unavailable):
        await keys.find("a")
    publisher.is_down, publisher.now = False, PAUSE_SECONDS

    assert await keys.find("a") == {"kid": "a"}
