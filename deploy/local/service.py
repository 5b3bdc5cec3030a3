"""What the supervisor can look after: a long-lived process, or a step that ends."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Protocol

from deploy.local import child
from deploy.local.errors import LauncherError
from deploy.local.processes import MARK, ProcessIdentity, end_marked

NAMES_ANOTHER_SERVER = "PREFECT_PROFILE"


class Service(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def start_seconds(self) -> float: ...
    @property
    def stays(self) -> bool:
        """False for a step that has done its work when it is ready."""

    @property
    def process(self) -> ProcessIdentity | None: ...
    @property
    def log(self) -> Path: ...
    def launch(self, mark: str) -> None: ...
    def is_ready(self) -> bool:
        """Raises LauncherError when it cannot get ready any more."""

    def is_alive(self) -> bool: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Component:
    """What to run. The environment is asked for at each launch, when what it depends on is up."""

    name: str
    command: tuple[str, ...]
    environment: Callable[[], Mapping[str, str]]
    log: Path
    is_ready: Callable[[], bool] | None = None
    address: str = ""
    start_seconds: float = 120.0
    grace_seconds: float = 10.0
    before: Callable[[], None] | None = None


class ProcessService:
    """A component in a session of its own, so that Ctrl-C reaches it through the supervisor, in order."""

    def __init__(self, component: Component) -> None:
        self._component = component
        self.name = component.name
        self.address = component.address
        self.start_seconds = component.start_seconds
        self.stays = component.is_ready is not None
        self.log = component.log
        self._mark = ""
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> ProcessIdentity | None:
        return ProcessIdentity.of(self._running.pid) if self._running and self._running.poll() is None else None

    def launch(self, mark: str) -> None:
        """What an earlier launch left (a flow run outlives its worker) ends first."""
        self._mark = f"{mark}/{self.name}"
        end_marked(self._mark)
        if self._component.before is not None:
            self._component.before()
        environment = {**os.environ, **self._component.environment(), MARK: self._mark, "PYTHONUNBUFFERED": "1"}
        environment.pop(NAMES_ANOTHER_SERVER, None)
        command = (sys.executable, "-I", "-S", child.__file__, str(os.getpid()), *self._component.command)
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def is_ready(self) -> bool:
        code = self._running.poll() if self._running else None
        if code is None:
            return self._component.is_ready is not None and self._component.is_ready()
        if code == 0 and not self.stays:
            return True
        raise LauncherError(f"{self.name} ended while starting ({_ending(code)}).")

    def is_alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def stop(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(SIGTERM)
            try:
                self._running.wait(self._component.grace_seconds)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()
        end_marked(self._mark)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
