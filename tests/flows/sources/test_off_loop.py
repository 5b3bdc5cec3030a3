import asyncio
import threading

import pytest

from flows.sources.off_loop import run_off_loop


async def test_result_comes_back_and_the_loop_stays_free() -> None:
    loop_moved = threading.Event()

    def work() -> str:
        assert loop_moved.wait(timeout=5)
        return "done"

    async def nothing() -> None:
        raise AssertionError("nothing was cancelled")

    running = asyncio.create_task(run_off_loop(work, nothing))
    await asyncio.sleep(0)
    loop_moved.set()

    assert await running == "done"


async def test_error_of_the_work_is_raised() -> None:
    def work() -> None:
        raise ValueError("of the work")

    async def nothing() -> None:
        raise AssertionError("nothing was cancelled")

    with pytest.raises(ValueError, match="of the work"):
        await run_off_loop(work, nothing)


async def test_cancelling_interrupts_until_the_work_has_ended() -> None:
    interruptions = 0
    started, loop = asyncio.Event(), asyncio.get_running_loop()
    ended, enough = threading.Event(), threading.Event()

    def work() -> None:
        loop.call_soon_threadsafe(started.set)
        enough.wait(timeout=10)
        ended.set()

    async def interrupt() -> None:
        nonlocal interruptions
        interruptions += 1
        if interruptions == 2:  # the first one came between two statements and was lost
            enough.set()

    task = asyncio.create_task(run_off_loop(work, interrupt))
    await started.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert (interruptions, ended.is_set()) == (2, True)
