"""Databases of others, which lie beside the project and are not part of it."""

import gzip
import os
import subprocess

import pytest

from deploy.local.postgres_binaries import find_program_folder
from tests.e2e.installation import PROJECT

DATABASES = PROJECT.parent / "shared" / "data" / "databases"
needs_databases = pytest.mark.skipif(
    not DATABASES.is_dir() and os.environ.get("CI") != "true", reason=f"NOT RUN: {DATABASES} is not beside the project"
)
"""In CI nothing is skipped: there a test fails where what it reads is missing."""


def load(name: str, dsn: str) -> None:
    """Fill an empty database with the dump of that name."""
    command = [str(find_program_folder() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", dsn]
    with gzip.open(DATABASES / f"{name}.sql.gz") as sql:
        subprocess.run(command, input=sql.read(), check=True, stdout=subprocess.DEVNULL)
