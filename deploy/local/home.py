"""The folder that holds everything of one installation, and the lock that lets one launcher serve it at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.local.errors import AlreadyRunning, LauncherError
from deploy.local.run_state import RunState
from domain.settings import Settings

CLEARING_SECONDS = 30.0
FOR_OTHERS_TO_PASS = 0o711  # PostgreSQL's user goes through it to its own folder, and sees nothing else


@dataclass(frozen=True, slots=True)
class Home:
    root: Path

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.home.expanduser().absolute())

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def prefect(self) -> Path:
        return self.root / "prefect"

    @property
    def temporary(self) -> Path:
        """Prefect's runner shares one folder name among all users of the system's own."""
        return self.root / "tmp"

    @property
    def state_file(self) -> Path:
        return self.root / "run" / "state.json"

    @property
    def warm_start_socket(self) -> Path:
        return self.state_file.with_name("warm-start")

    def log_of(self, service: str) -> Path:
        return self.logs / f"{service}.log"

    def prepare(self) -> None:
        try:
            if not self.root.exists():
                self.root.mkdir(parents=True)
                self.root.chmod(FOR_OTHERS_TO_PASS if os.geteuid() == 0 else 0o700)
            for folder in (self.logs, self.prefect, self.temporary, self.state_file.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise _cannot_write(folder, "it belongs to another user")
        except OSError as error:
            raise _cannot_write(error.filename, error.strerror) from None

    def read_state(self) -> RunState | None:
        return RunState.read(self.state_file)

    def running(self) -> RunState | None:
        """What the living launcher of this home serves."""
        state = self.read_state()
        return state if state is not None and state.launcher.is_alive() else None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Waits for the guardian of a killed launcher; a living launcher is an error that says where it is."""
        with (self.state_file.parent / "lock").open("w") as file:
            deadline = time.monotonic() + CLEARING_SECONDS
            while not _try_lock(file.fileno()):
                running = self.running()
                if running is not None:
                    raise AlreadyRunning(running.sentence(self.root))
                if time.monotonic() > deadline:
                    raise LauncherError(f"Another launcher starts or stops on {self.root}; try again in a moment.")
                time.sleep(0.1)
            yield


def _cannot_write(path: Path | str, reason: str | None) -> LauncherError:
    return LauncherError(f"{path} cannot be written ({reason}): set ASSAY_HOME (or --home) to a folder of yours.")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
