"""Stands between the run and the process that the worker started for it: one keeper a run, forked for it."""

import json
import os
import select
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from flows.warm_start.launch import DECLINED, LARGEST_MESSAGE, STANDARD_STREAMS, TAKEN
from flows.warm_start.linux import end_with_parent

Accepts = Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """What the process of a run finds when it begins, and where its output goes."""

    environment: Mapping[str, str]
    folder: str
    streams: tuple[int, ...]


def begin_run(launcher: socket.socket, accepts: Accepts) -> Request:
    """Keep the run to its end. Returns only in the run's own process, which it forks.

    `accepts` says whether what was imported here is right for a run in this environment.
    """
    request = _receive(launcher)
    if not accepts(request.environment):
        _finish(launcher, DECLINED)
    keeper = os.getpid()
    run = os.fork()
    if run != 0:
        _keep(run, launcher, request)
    end_with_parent(keeper)
    launcher.close()
    return request


def _keep(run: int, launcher: socket.socket, request: Request) -> NoReturn:
    for stream in request.streams:
        os.close(stream)
    with suppress(OSError):  # a launcher that is gone is noticed while waiting
        launcher.send(TAKEN)
    _finish(launcher, str(_wait_status(run, launcher)).encode())


def _receive(launcher: socket.socket) -> Request:
    message, streams, _, _ = socket.recv_fds(launcher, LARGEST_MESSAGE, len(STANDARD_STREAMS))
    if not message:
        os._exit(0)
    read = json.loads(message)
    return Request(read["environment"], read["folder"], tuple(streams))


def _wait_status(run: int, launcher: socket.socket) -> int:
    """Pass signals on until the run ends. Where the launcher is gone, nobody wants the run any more."""
    process = os.pidfd_open(run)
    while True:
        ready, _, _ = select.select([process, launcher.fileno()], [], [])
        if process in ready:
            return os.waitpid(run, 0)[1]
        number = int(launcher.recv(LARGEST_MESSAGE) or signal.SIGKILL)
        os.kill(run, number)
        if number == signal.SIGKILL:
            return os.waitpid(run, 0)[1]


def _finish(launcher: socket.socket, last_words: bytes) -> NoReturn:
    with suppress(OSError):
        launcher.send(last_words)
    os._exit(0)  # what was imported is the run's to end
