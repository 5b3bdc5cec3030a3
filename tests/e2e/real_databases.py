"""Databases of others, which lie beside the project and are not part of it."""

import os

import pytest

from benchmarks.relationships.measure import DATABASES, load_dump

needs_databases = pytest.mark.skipif(
    not DATABASES.is_dir() and os.environ.get("CI") != "true", reason=f"NOT RUN: {DATABASES} is not beside the project"
)
"""In CI nothing is skipped: there a test fails where what it reads is missing."""


def load(name: str, dsn: str) -> None:
    """Fill an empty database with the dump of that name."""
    load_dump(DATABASES / f"{name}.sql.gz", dsn)
