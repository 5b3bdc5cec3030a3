import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from api.graphql.transport.refusals import Refused

T = TypeVar("T")


async def while_connected(request: Request, work: Coroutine[None, None, T]) -> T:
    """The result of the work, which is stopped when the client goes away: nobody waits for it any more."""
    working = asyncio.create_task(work)
    tasks: set[asyncio.Task[Any]] = {working}  # each with a result of its own
    try:
        await asyncio.sleep(0)  # what only computes has ended by then, and its client need not be watched
        if not working.done():
            tasks.add(asyncio.create_task(_left(request)))
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Refused(400, "The client went away.")
        return working.result()
    finally:
        going_on = [task for task in tasks if not task.done()]
        for task in going_on:
            task.cancel()
        await asyncio.gather(*going_on, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
