"""The processor time of a request, beside that of the plain endpoint."""

from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

import orjson

from benchmarks.graphql.documents import Question, questions
from benchmarks.graphql.installation import Server
from benchmarks.scale.figures import Figure
from deploy.local.errors import LauncherError

LIST = "list"
BARS = {"tiny": 5.0, LIST: 15.0, "nested": 30.0}
COUNTS = {"tiny": 1000, "list": 10, "nested": 6}
REFERENCE, YOGA = "plain", "GraphQL Yoga"
NO_MORE_THAN_YOGA = 1.0


def measure_requests(
    api: Server, plain: Server, yoga: Server | None, rounds: int, tell: Callable[[str], None]
) -> Sequence[Figure]:
    figures: list[Figure] = []
    servers = {REFERENCE: plain, **({YOGA: yoga} if yoga else {}), "api": api}
    for question in questions(api):
        tell(f"requests: {question.name}")
        taken = _medians(question, servers, rounds)
        ratio = taken["api"] / taken[REFERENCE]
        figures += [
            Figure(f"processor time, {question.name}, plain", taken[REFERENCE]),
            Figure(f"processor time, {question.name}", taken["api"], ratio, BARS[question.name]),
        ]
        if yoga:
            beside, bar = taken["api"] / taken[YOGA], NO_MORE_THAN_YOGA if question.name == LIST else None
            figures += [
                Figure(f"processor time, {question.name}, {YOGA}", taken[YOGA]),
                Figure(f"processor time, {question.name}, beside {YOGA}", taken["api"], beside, bar),
            ]
    return figures


def _medians(question: Question, servers: Mapping[str, Server], rounds: int) -> Mapping[str, float]:
    """In turns, so that what else the machine does falls on both alike; the first turn warms up and does not count."""
    taken: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(rounds + 1):
        for name, server in servers.items():
            # The reference is so quick that the clock of the processor needs more of it.
            count = COUNTS[question.name] * (3 if name == REFERENCE else 1)
            before = server.processor_seconds()
            ask(server, question, count)
            taken[name].append((server.processor_seconds() - before) / count * 1000)
    return {name: median(times[1:]) for name, times in taken.items()}


def ask(server: Server, question: Question, count: int) -> None:
    """One after the other on one connection."""
    parts = urlsplit(server.graphql)
    connection = HTTPConnection(parts.netloc, timeout=60)
    body = orjson.dumps({"query": question.query, "variables": question.variables})
    for _ in range(count):
        connection.request("POST", parts.path, body, {"content-type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != 200 or b'"errors"' in text:  # noqa: PLR2004 - OK
            raise LauncherError(f"{question.name} was answered {reply.status}: {text[:300]!r}")
    connection.close()
