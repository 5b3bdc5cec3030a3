"""What some tests need beside Python, and what becomes of them where it is missing."""

import os
import shutil
from typing import NoReturn

import pytest


def program(*names: str, package: str, purpose: str) -> str:
    """Where the first of these is that is installed."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        do_without(f"No {names[0]} is installed, {purpose} (Debian: apt-get install {package}).")
    return found


def do_without(why: str) -> NoReturn:
    """Elsewhere than in CI a person may; there the test fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
