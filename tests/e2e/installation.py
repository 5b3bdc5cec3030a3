"""A whole Assay in a folder of its own: started, asked and stopped by the `assay` command, as a person would."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

READY_SECONDS = 240
STOP_SECONDS = 60


class Installation:
    def __init__(self, home: Path, api_port: int, prefect_port: int) -> None:
        self.home = home
        self.api_port = api_port
        self.url = f"http://127.0.0.1:{api_port}/graphql"
        self._options = ["--home", str(home), "--api-port", str(api_port), "--prefect-port", str(prefect_port)]
        self._launcher: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._launcher = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "up", *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment(),
            start_new_session=True,
        )
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            if self._launcher.poll() is not None:
                output = self._launcher.stdout.read() if self._launcher.stdout else ""
                raise AssertionError(f"assay up ended with {self._launcher.returncode}: {output}")
            assert time.monotonic() < deadline, "assay up is not ready"
            time.sleep(0.2)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self._launcher
        self._launcher.send_signal(signal.SIGINT)
        return self._launcher.wait(STOP_SECONDS)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.api_port}/readyz", timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def run(self, command: str, *arguments: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deploy.local", command, *self._options, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            env=self._environment(),
        )

    def begin(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        """The same without waiting for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.local", command, *self._options, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment(),
        )

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.run("status", "--json").stdout))

    def processes(self) -> list[psutil.Process]:
        """Everything that names this installation's folder, the launcher included."""
        mark = str(self.home)
        return [process for process in psutil.process_iter() if mark in _told_by(process)]

    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "PREFECT_"))}


def _told_by(process: psutil.Process) -> str:
    try:
        return " ".join([*process.cmdline(), *process.environ().values()])
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return ""
