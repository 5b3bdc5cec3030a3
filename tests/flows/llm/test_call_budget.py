import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flows.llm.budget import CallBudget

BOUND_SECONDS = 10


class Calls:
    """Counts who is inside at once; all stay until `expected` are there, so that the peak is reached for sure."""

    def __init__(self, expected: int) -> None:
        self._inside = 0
        self._lock = threading.Lock()
        self._full = threading.Event()
        self._expected = expected
        self.peak = 0
        self.done = 0

    async def call(self, budget: CallBudget) -> None:
        async with budget.slot():
            with self._lock:
                self._inside += 1
                self.peak = max(self.peak, self._inside)
                if self._inside >= self._expected:
                    self._full.set()
            assert await asyncio.to_thread(self._full.wait, BOUND_SECONDS)
            with self._lock:
                self._inside -= 1
                self.done += 1


async def test_one_loop_reaches_the_limit_and_never_passes_it() -> None:
    # given
    budget, calls = CallBudget(20), Calls(expected=3)
    # when
    await asyncio.gather(*(calls.call(budget) for _ in range(60)))
    # then
    assert calls.done == 60
    assert 3 <= calls.peak <= 20


def test_many_threads_with_loops_of_their_own_share_one_limit() -> None:
    # given
    budget, calls = CallBudget(20), Calls(expected=20)

    async def one_table() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(30))
        await asyncio.gather(*(calls.call(budget) for _ in range(30)))

    threads = [threading.Thread(target=asyncio.run, args=(one_table(),)) for _ in range(10)]
    # when
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND_SECONDS)
    # then
    assert calls.done == 300
    assert calls.peak == 20


async def test_a_slot_goes_to_the_one_who_waited_longest() -> None:
    # given
    budget, order = CallBudget(1), []

    async def call(name: str) -> None:
        async with budget.slot():
            order.append(name)

    async with budget.slot():
        waiting = [asyncio.create_task(call(name)) for name in "abc"]
        await asyncio.sleep(0)
    # when
    await asyncio.gather(*waiting)
    # then
    assert order == ["a", "b", "c"]


async def test_a_cancelled_waiter_leaves_the_queue() -> None:
    # given
    budget = CallBudget(1)
    async with budget.slot():
        waiting = asyncio.create_task(_enter(budget))
        await asyncio.sleep(0)
        # when
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    # then
    await asyncio.wait_for(_enter(budget), BOUND_SECONDS)


async def test_a_slot_granted_in_the_moment_of_cancelling_is_passed_on() -> None:
    # given
    budget = CallBudget(1)
    async with budget.slot():
        waiting = asyncio.create_task(_enter(budget))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    # when: the slot is granted, and the waiter has not run since
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    # then
    await asyncio.wait_for(_enter(budget), BOUND_SECONDS)


async def test_a_waiter_whose_loop_is_closed_is_passed_over() -> None:
    # given
    budget = CallBudget(1)
    closed = asyncio.new_event_loop()
    async with budget.slot():
        budget._waiting.append((closed, closed.create_future()))
        closed.close()
    # then
    await asyncio.wait_for(_enter(budget), BOUND_SECONDS)


async def test_a_failed_call_gives_its_slot_back() -> None:
    # given
    budget = CallBudget(1)
    # when
    with pytest.raises(RuntimeError, match="broken"):
        async with budget.slot():
            raise RuntimeError("broken")
    # then
    await asyncio.wait_for(_enter(budget), BOUND_SECONDS)


async def _enter(budget: CallBudget) -> None:
    async with budget.slot():
        return
