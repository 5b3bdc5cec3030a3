"""Who PostgreSQL runs as: it refuses root, so root hands it to a user without rights."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from deploy.local.errors import LauncherError

CANDIDATES = ("postgres", "nobody")


class Credentials(TypedDict, total=False):
    """What `subprocess` takes to start a child as somebody else; empty for the caller itself."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class ServiceUser:
    name: str
    uid: int
    gid: int
    credentials: Credentials

    def owns(self, path: Path) -> None:
        if self.credentials:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        return self._succeeds("-x", folder)

    def can_run(self, program: Path) -> bool:
        """Tries it for real: the program may be reachable and its libraries not."""
        try:
            return self.run(str(program), "--version").returncode == 0
        except OSError:
            return False

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **self.credentials)

    def first_closed_folder(self, folder: Path) -> Path | None:
        """The topmost folder on the way to `folder`, or itself, that this user may not enter."""
        way = [*reversed(folder.parents), folder]
        return next((step for step in way if step.exists() and not self.can_enter(step)), None)

    def _succeeds(self, test: str, path: Path) -> bool:
        return self.run("/bin/sh", "-c", f'test {test} "$0"', str(path)).returncode == 0


def service_user() -> ServiceUser:
    if os.geteuid() != 0:
        current = pwd.getpwuid(os.geteuid())
        return ServiceUser(current.pw_name, current.pw_uid, current.pw_gid, Credentials())
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        credentials = Credentials(user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])
        return ServiceUser(name, entry.pw_uid, entry.pw_gid, credentials)
    raise LauncherError(
        "PostgreSQL may not run as root and there is neither a user 'postgres' nor 'nobody': "
        "start Assay as an ordinary user, or set ASSAY_DATABASE_URL to a PostgreSQL of your own."
    )
