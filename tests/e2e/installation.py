"""A whole Assay in a folder of its own: started, asked and stopped by the `assay` command, as a person would."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from deploy.local.home import Home
from deploy.local.run_processes import processes_of_runs
from tests.waiting import block_until

PROJECT = Path(__file__).parents[2]
READY_SECONDS = 240
STOP_SECONDS = 60


class Installation:
    def __init__(self, home: Path, api_port: int, prefect_port: int, settings: Mapping[str, str]) -> None:
        self.home = home
        self.api_port = api_port
        self.prefect_port = prefect_port
        self.url = f"http://127.0.0.1:{api_port}/graphql"
        self._options = ["--home", str(home), "--api-port", str(api_port), "--prefect-port", str(prefect_port)]
        self._settings = settings
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
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        launcher = self._launcher
        assert launcher
        with suppress(TimeoutError):  # the launcher's log says more
            block_until(lambda: self.is_ready() or launcher.poll() is not None, READY_SECONDS)
        assert self.is_ready(), self._log()

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self._launcher
        self._launcher.send_signal(signal.SIGINT)
        self._launcher.communicate(timeout=STOP_SECONDS)
        return self._launcher.returncode

    def restart(self, **settings: str) -> None:
        """With other settings, on what it holds."""
        self.stop()
        self._settings = settings
        self.start()

    def kill_all(self) -> None:
        """SIGKILL for the launcher and everything that it started, all at once, as a power cut would."""
        assert self._launcher
        for process in self.processes():
            process.kill()
        self._launcher.communicate(timeout=STOP_SECONDS)

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

    def make(self, target: str, *arguments: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
        """`make` in the project's folder, on this installation."""
        return subprocess.run(
            ["make", target, f"ARGS={' '.join([*self._options, *arguments])}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            cwd=PROJECT,
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

    def _log(self) -> str:
        """What the launcher said so far; it keeps its output open while it lives."""
        assert self._launcher
        self._launcher.kill()
        return self._launcher.communicate()[0]

    def pid_of(self, component: str) -> int:
        rows = {row["component"]: row for row in self.status()["components"]}
        return int(rows[component]["pid"])

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.run("status", "--json").stdout))

    def processes(self) -> list[psutil.Process]:
        """Everything that names this installation's folder, the launcher included."""
        mark = str(self.home)
        return [process for process in psutil.process_iter() if mark in _told_by(process)]

    def processes_of_runs(self) -> list[psutil.Process]:
        running = Home(self.home).running()
        assert running
        return processes_of_runs(running)

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "PREFECT_"))}
        return {**ours, **self._settings}


def _told_by(process: psutil.Process) -> str:
    try:
        return " ".join([*process.cmdline(), *process.environ().values()])
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return ""
