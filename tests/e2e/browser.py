"""A headless Chromium of the test's own, driven over its DevTools protocol: what a person would see on a page."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.programs import program
from tests.waiting import eventually

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=1600,4000",
)
START_SECONDS = 30.0
SHOW_SECONDS = 60.0
STOP_SECONDS = 20.0


def chromium() -> str:
    return program(*NAMES, package="chromium", purpose="with which Prefect's UI is looked at")


class Page:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._session: str | None = None

    async def attach(self) -> None:
        target = await self._call("Target.createTarget", url="about:blank")
        attached = await self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]

    async def open(self, address: str) -> None:
        await self._call("Page.navigate", url=address)

    async def text(self) -> str:
        """What can be read on the page at this moment."""
        return str(await self._evaluate("document.body ? document.body.innerText : ''"))

    async def click(self, words: str) -> None:
        """The innermost thing with these words."""
        leaf = f"e => !e.children.length && e.textContent.trim() === {json.dumps(words)}"
        finds = f"[...document.querySelectorAll('body *')].find({leaf})"

        async def is_there() -> bool:
            return bool(await self._evaluate(f"Boolean({finds})"))

        await eventually(is_there, SHOW_SECONDS)
        await self._evaluate(f"{finds}.click()")

    async def shows(self, *all_words: str) -> None:
        """Waits until all of these can be read."""
        seen = ""

        async def are_there() -> bool:
            nonlocal seen
            seen = await self.text()
            return all(words in seen for words in all_words)

        try:
            await eventually(are_there, SHOW_SECONDS)
        except TimeoutError:
            missing = [words for words in all_words if words not in seen]
            raise AssertionError(f"{missing} cannot be read on the page:\n{seen}") from None

    async def _evaluate(self, expression: str) -> object:
        answer = await self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        call = {"id": next(self._ids), "method": method, "params": parameters}
        await self._socket.send(json.dumps(call | ({"sessionId": self._session} if self._session else {})))
        while (answer := json.loads(await self._socket.recv())).get("id") != call["id"]:
            pass  # events, which nobody asked for
        assert "error" not in answer, answer
        return dict(answer["result"])


@asynccontextmanager
async def opened_page(folder: Path) -> AsyncIterator[Page]:
    """Of a browser that keeps what it has to keep in this folder."""
    command = [chromium(), *FLAGS, f"--user-data-dir={folder}"]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    try:
        told = folder / "DevToolsActivePort"

        async def listens() -> bool:
            return told.exists() and len(told.read_text().splitlines()) > 1

        await eventually(listens, START_SECONDS)
        port, path = told.read_text().splitlines()[:2]
        async with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as socket:
            page = Page(socket)
            await page.attach()
            yield page
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
