"""What `assay doctor` looks at on this machine; each check says how to mend what it found."""

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from deploy.local.errors import LauncherError
from deploy.local.home import Home
from deploy.local.ports import require_free
from deploy.local.service_user import service_user
from domain.settings import Settings

OLDEST_PYTHON = (3, 11)
LOCK_FILE = Path(__file__).parents[2] / "requirements" / "dev.txt"
PINNED = re.compile(r"^[A-Za-z0-9][^\s]*==[^\\]+", re.MULTILINE)
GIBIBYTE = 1024**3
DISK_WANTED_BYTES = 2 * GIBIBYTE
FEW = 5


class Outcome(StrEnum):
    OK = "ok"
    MISSING = "missing"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class Check:
    subject: str
    outcome: Outcome
    finding: str
    mend: str = ""


def check_python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Check("python", Outcome.OK, found)
    return Check("python", Outcome.MISSING, found, "Install Python 3.11 or later and run `make setup PYTHON=…`.")


def check_packages(lock_file: Path = LOCK_FILE) -> Check:
    if not lock_file.is_file():
        return Check("packages", Outcome.OK, "installed without a lock file beside them")
    wanted = [Requirement(line.strip()) for line in PINNED.findall(lock_file.read_text())]
    wrong = [str(item) for item in wanted if not _is_installed(item)]
    if not wrong:
        return Check("packages", Outcome.OK, f"all {len(wanted)} of {lock_file.name}")
    named = ", ".join(wrong[:FEW]) + (" …" if len(wrong) > FEW else "")
    return Check("packages", Outcome.MISSING, f"{len(wrong)} differ from the lock: {named}", "Run `make setup`.")


def check_home(settings: Settings) -> Check:
    home = Home.of(settings)
    try:
        home.prepare()
        user = service_user()
    except LauncherError as error:
        return Check("home", Outcome.MISCONFIGURED, str(error))
    closed = user.first_closed_folder(home.root) if settings.database.url is None else None
    if closed is not None:
        mend = "Set ASSAY_HOME (or --home) to a folder that every user can reach, /var/lib/assay for example."
        return Check("home", Outcome.MISCONFIGURED, f"PostgreSQL's user {user.name!r} may not enter {closed}", mend)
    return Check("home", Outcome.OK, str(home.root))


def check_disk(settings: Settings) -> Check:
    root = Home.of(settings).root
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    finding = f"{free / GIBIBYTE:.1f} GiB free at {existing}"
    if free >= DISK_WANTED_BYTES:
        return Check("disk", Outcome.OK, finding)
    return Check("disk", Outcome.MISSING, finding, f"Make room for {DISK_WANTED_BYTES / GIBIBYTE:.0f} GiB.")


def check_ports(settings: Settings) -> Iterator[Check]:
    running = Home.of(settings).running()
    ours = {running.api_url, running.prefect_url} if running else set()
    wanted = [("api port", settings.api.port, "ASSAY_API_PORT")]
    if settings.prefect.api_url is None:
        wanted.append(("prefect port", settings.prefect.port, "ASSAY_PREFECT_PORT"))
    for subject, port, setting in wanted:
        if any(url.endswith(f":{port}") for url in ours):
            yield Check(subject, Outcome.OK, f"{port}, in use by this installation")
        else:
            yield _check_port(settings.bind, port, subject, setting)


def _check_port(bind: str, port: int, subject: str, setting: str) -> Check:
    try:
        require_free(bind, port, wanted_for=f"the {subject}", setting=setting)
    except LauncherError as error:
        return Check(subject, Outcome.MISCONFIGURED, str(error))
    return Check(subject, Outcome.OK, f"{port}, free")


def check_provider(settings: Settings) -> Check:
    enrichment = settings.enrichment
    keys = {"openai": enrichment.openai_api_key, "anthropic": enrichment.anthropic_api_key}
    provider = enrichment.provider
    if provider not in keys:
        return Check("model provider", Outcome.OK, f"{provider}, needs no key")
    if keys[provider] is not None:
        return Check("model provider", Outcome.OK, f"{provider}, key present")
    mend = f"Set ASSAY_ENRICHMENT_{provider.upper()}_API_KEY, or ASSAY_ENRICHMENT_PROVIDER to offline."
    return Check("model provider", Outcome.MISSING, f"{provider} without a key", mend)


def _is_installed(wanted: Requirement) -> bool:
    if wanted.marker is not None and not wanted.marker.evaluate():
        return True
    try:
        return wanted.specifier.contains(version(wanted.name), prereleases=True)
    except PackageNotFoundError:
        return False
