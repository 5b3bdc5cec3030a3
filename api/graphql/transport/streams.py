"""What stays open for long: at most so much of it, and nothing for a client that does not read."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.graphql.codes import ErrorCode
from api.graphql.transport.refusals import Refused

RETRY_AFTER_SECONDS = 5


class Streams:
    """The sockets and event streams that are open in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.open = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Counted while it is open; refused when there are as many as may be."""
        if self.open >= self._most:
            message = f"The server has {self._most:,} streams open, as many as it may. Try again in a few seconds."
            later = {"retry-after": str(RETRY_AFTER_SECONDS)}
            raise Refused(503, message, ErrorCode.SERVICE_UNAVAILABLE, **later)
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1


async def send_until(refused: Awaitable[None], response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a stream to its end, or up to the moment at which it is not for this client any more."""
    sending, refusing = await race(response(scope, receive, send), refused)
    if sending.cancelled():
        refusing.result()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    else:
        sending.result()


async def race(*works: Awaitable[object]) -> list[asyncio.Future[object]]:
    """Run all until one ends, then cancel the others and wait for their end."""
    running: list[asyncio.Future[object]] = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for work in running:
            work.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return running


def impatient(send: Send, seconds: float) -> Send:
    """Raises `TimeoutError` when a message has waited so long for a client to read what came before it."""

    async def send_in_time(message: Message) -> None:
        async with asyncio.timeout(seconds):
            await send(message)

    return send_in_time
