"""Rules of the house that no other tool checks."""

import asyncio
import re
import subprocess
import sys

import pytest

from domain.migrations.runner import differences
from domain.settings import Settings
from tests.architecture.sources import ROOT, calls, sources

READS_SETTINGS = {
    "api/__main__.py",
    "api/lifespan.py",
    "domain/__main__.py",
    "flows/__main__.py",
    "flows/runtime.py",
}
"""Everything else is handed the narrow value that it needs; the launcher in deploy/local starts processes."""
MACHINE_PATH = re.compile(r"/(work|root|home|Users)/[a-z]")
TEXT_FILES = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".sql",
    ".graphql",
    ".txt",
    ".mako",
    ".cfg",
    ".ini",
    ".json",
    ".sh",
}


def test_settings_are_loaded_in_few_places() -> None:
    loading = {
        source.path for source in sources() for name, _ in calls(source.tree) if name.split(".")[-1] == "load_settings"
    }

    assert {path for path in loading if not path.startswith("deploy/local/")} <= READS_SETTINGS, (
        "take the value as a parameter; only the places that put things together load the settings"
    )


def test_no_file_knows_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    own = [ROOT / name for name in listed if (ROOT / name).suffix in TEXT_FILES and (ROOT / name).is_file()]

    knowing = [file.relative_to(ROOT).as_posix() for file in own if MACHINE_PATH.search(file.read_text())]

    assert knowing == [], "a path of one machine means nothing on another"


@pytest.mark.db
async def test_the_migrations_lead_to_what_the_models_say(database_settings: Settings) -> None:
    assert await asyncio.to_thread(differences, database_settings) is None, "python -m domain revision 'what changed'"


def test_the_printed_schema_is_the_schema() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "api", "export-schema", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert printed.returncode == 0, printed.stdout + printed.stderr
