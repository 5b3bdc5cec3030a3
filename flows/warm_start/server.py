"""A process that has imported all flows, and of which the processes of runs are forked.

It does nothing else, and stays without threads and connections, of which a fork would get broken halves.
"""

import gc
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from types import FrameType

import duckdb
import structlog

from flows.warm_start.launch import DECLINED
from flows.warm_start.linux import count_threads, end_with_parent

NOBODY = (0, 0)
NOT_FORKED = -1

log = structlog.get_logger()


def next_launcher(path: Path) -> socket.socket:
    """Serve for ever. Returns only in the processes that it forks: in each the connection of who asks for a run."""
    listener = _listen(path)
    duckdb.default_connection().close()  # DuckDB opens it when it is imported, with a thread
    signal.signal(signal.SIGCHLD, _bury)
    gc.collect()
    gc.freeze()  # the collector would write to the pages that all runs share
    server = os.getpid()
    while True:
        launcher, _ = listener.accept()
        if _fork_for(launcher) == 0:
            listener.close()
            end_with_parent(server)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return launcher
        launcher.close()


def _fork_for(launcher: socket.socket) -> int:
    """As os.fork; where that cannot be, the run is declined, so that it begins as a process of its own."""
    threads = count_threads()
    try:
        if threads == 1:
            return os.fork()
        log.error("warm_start.has_threads", threads=threads)
    except OSError as error:
        log.warning("warm_start.cannot_fork", error=error.strerror)
    with suppress(OSError):  # the launcher may be gone by now
        launcher.send(DECLINED)
    return NOT_FORKED


def _bury(_number: int, _frame: FrameType | None) -> None:
    """Nobody waits for what is forked, and nothing stays a zombie."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != NOBODY:
            pass


def _listen(path: Path) -> socket.socket:
    """Only the owner of the folder gets to the socket."""
    path.unlink(missing_ok=True)
    os.chdir(path.parent)  # the path of a Unix socket is short, that of a home may be long
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path.name)
    listener.listen(socket.SOMAXCONN)
    return listener
