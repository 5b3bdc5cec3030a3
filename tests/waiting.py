"""Waiting for a condition, with a bound, instead of sleeping for a guessed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg

PAUSE_SECONDS = 0.01
LONGEST_SECONDS = 20.0


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = LONGEST_SECONDS) -> None:
    """Return as soon as the condition holds; fail after the time."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - a database changes it, which sets no event here
            await asyncio.sleep(PAUSE_SECONDS)


def block_until(condition: Callable[[], bool], seconds: float = LONGEST_SECONDS) -> None:
    """The same without an event loop: for what other processes do."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so after {seconds:.0f} s")
        time.sleep(PAUSE_SECONDS)


async def waiting_for_a_lock(sql: asyncpg.Connection) -> int:
    """How many sessions of the test's database wait for a lock that another one holds."""
    await sql.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the first answer would stay
    return int(
        await sql.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )


async def until_waiting_for_a_lock(sql: asyncpg.Connection, sessions: int = 1) -> None:
    """Until so many sessions of the test's database wait for a lock that another one holds."""

    async def waiting() -> bool:
        return await waiting_for_a_lock(sql) == sessions

    await eventually(waiting)
