"""A warm server of a test's own, and the runs that it is asked for as a worker asks."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psutil

from flows.warm_start import launch
from tests.waiting import block_until

START_SECONDS = 60.0


class WarmServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "socket"
        self._process = self._start(sys.executable, "-m", "flows", "warm-start", str(self._path))
        block_until(self._path.is_socket, START_SECONDS)

    def begin(self, prefect: socket.socket, **environment: str) -> subprocess.Popen[str]:
        """What a worker starts for a run that this Prefect knows."""
        host, port = prefect.getsockname()
        run = {
            launch.SOCKET: str(self._path),
            "PREFECT_API_URL": f"http://{host}:{port}/api",
            "PREFECT__FLOW_RUN_ID": str(uuid4()),
        }
        return self._start(sys.executable, "-I", "-S", launch.__file__, **run | environment)

    def runs(self) -> list[psutil.Process]:
        """The processes of runs; each has a keeper."""
        keepers = psutil.Process(self._process.pid).children()
        return [run for keeper in keepers for run in keeper.children()]

    def is_alone(self) -> bool:
        """Nothing that it has forked is left, not even as a zombie."""
        return psutil.Process(self._process.pid).children() == []

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def _start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "PREFECT_"))}
        own = {"PREFECT_HOME": str(self._folder), "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false"}
        return subprocess.Popen(
            command, env=ours | own | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )


@contextmanager
def warm_server(folder: Path) -> Iterator[WarmServer]:
    server = WarmServer(folder)
    try:
        yield server
    finally:
        server.kill()
