"""What a launcher writes down while it serves: enough for others to find it, and to clear up after it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter, ValidationError

from deploy.local.errors import LauncherError
from deploy.local.processes import ProcessIdentity


@dataclass(frozen=True, slots=True)
class ServiceState:
    name: str
    address: str
    process: ProcessIdentity | None
    restarts: int


@dataclass(frozen=True, slots=True)
class RunState:
    mark: str
    launcher: ProcessIdentity
    api_url: str
    prefect_url: str
    is_ready: bool = False
    services: tuple[ServiceState, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """None when nothing was written, or nothing that can be understood."""
        try:
            return TypeAdapter(cls).validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        except PermissionError:
            raise LauncherError(f"{path} belongs to another user: act as that user, or name your own home.") from None

    def write(self, path: Path) -> None:
        """Others read it at any moment, so it appears whole or not at all."""
        partial = path.with_name(f"{path.name}.partial")
        partial.touch(mode=0o600)
        partial.write_bytes(TypeAdapter(RunState).dump_json(self))
        partial.replace(path)

    def sentence(self, home: Path) -> str:
        return (
            f"Assay already runs on {home} (pid {self.launcher.pid}): API {self.api_url}, Prefect {self.prefect_url}. "
            "Stop it with `assay down`, or choose another home with ASSAY_HOME (or --home)."
        )
