"""Many subscribers to one run, in a process of their own: `python -m benchmarks.runs.crowd`.

It opens its sockets and says so, reads the id of the run, follows it to the end and says what it has heard.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.latency.percentiles import percentile

SUBSCRIBERS_A_SOCKET = 5
OPENED = "opened"
RUN_EVENTS = """subscription ($runId: ID!) { workflowRunEvents(runId: $runId) {
  ... on WorkflowRunSnapshot { run { status } }
  ... on WorkflowRunStateChanged { status }
  ... on WorkflowRunProgressed { at item itemStatus: status progress { completed failed total } } } }"""


@dataclass(frozen=True, slots=True)
class Heard:
    """`events` were delivered to all of them together; the delays are from the events' own time stamps."""

    ended: int
    events: int
    median_milliseconds: float
    p99_milliseconds: float


@dataclass(slots=True)
class _Ears:
    """What the subscribers of all sockets have heard."""

    statuses: dict[tuple[int, str], str] = field(default_factory=dict)
    events: int = 0
    delays: list[float] = field(default_factory=list)

    def hear(self, subscriber: tuple[int, str], event: Mapping[str, Any]) -> None:  # the shape is the subscription's
        arrived_at = datetime.now(UTC)
        self.events += 1
        if "at" in event:
            self.delays.append((arrived_at - datetime.fromisoformat(event["at"])).total_seconds() * 1000)
        elif "run" in event:
            self.statuses[subscriber] = event["run"]["status"]
        elif "status" in event:
            self.statuses[subscriber] = event["status"]

    def heard(self) -> Heard:
        ended = sum(status == "COMPLETED" for status in self.statuses.values())
        return Heard(ended, self.events, median(self.delays), percentile(self.delays, 99))


async def _follow(api_url: str, subscribers: int) -> Heard:
    ears = _Ears()
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(_socket(api_url)) for _ in range(-(-subscribers // SUBSCRIBERS_A_SOCKET))
        ]
        for socket in sockets:
            await socket.send(json.dumps({"type": "connection_init"}))
            await socket.recv()
        _say(OPENED)
        run_id = (await asyncio.to_thread(sys.stdin.readline)).strip()
        shares = [len(range(place, subscribers, len(sockets))) for place in range(len(sockets))]
        await asyncio.gather(
            *(
                _listen(socket, place, [str(number) for number in range(share)], run_id, ears)
                for place, (socket, share) in enumerate(zip(sockets, shares, strict=True))
            )
        )
    return ears.heard()


def _socket(api_url: str) -> connect:
    address = f"{api_url.replace('http', 'ws', 1)}/graphql"
    # As a browser, which sends no pings of its own: a busy server answers late, and that shall be told as a delay.
    return connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None, ping_interval=None)


async def _listen(socket: ClientConnection, place: int, names: Sequence[str], run_id: str, ears: _Ears) -> None:
    """Until all subscriptions of the socket are complete."""
    for name in names:
        payload = {"query": RUN_EVENTS, "variables": {"runId": run_id}}
        await socket.send(json.dumps({"type": "subscribe", "id": name, "payload": payload}))
    following = set(names)
    while following:
        message = json.loads(await socket.recv())
        if message["type"] == "next":
            ears.hear((place, message["id"]), message["payload"]["data"]["workflowRunEvents"])
        else:
            following.discard(message.get("id"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs.crowd", description=__doc__)
    parser.add_argument("api_url")
    parser.add_argument("subscribers", type=int)
    arguments = parser.parse_args()
    heard = asyncio.run(_follow(arguments.api_url, arguments.subscribers))
    _say(json.dumps(asdict(heard)))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
