"""Reads `postmaster.pid`, the note that a running PostgreSQL leaves in its data folder."""

from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import ProcessIdentity

READY, STOPPING = "ready", "stopping"
PID_LINE, STARTED_LINE, PORT_LINE, STATUS_LINE = 0, 2, 3, 7
START_TOLERANCE_SECONDS = 60.0  # the note is written a little after the process began


@dataclass(frozen=True, slots=True)
class Postmaster:
    identity: ProcessIdentity
    port: int
    is_ready: bool
    is_stopping: bool


def read_postmaster(data_folder: Path) -> Postmaster | None:
    """None when no server runs on the folder, even if a note of a dead one is there."""
    try:
        lines = (data_folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) <= PORT_LINE:
        return None  # it is being written
    identity = ProcessIdentity.of(int(lines[PID_LINE]))
    if identity is None or abs(identity.started - float(lines[STARTED_LINE])) > START_TOLERANCE_SECONDS:
        return None
    status = lines[STATUS_LINE].strip() if len(lines) > STATUS_LINE else ""
    return Postmaster(identity, int(lines[PORT_LINE] or 0), status == READY, status == STOPPING)
