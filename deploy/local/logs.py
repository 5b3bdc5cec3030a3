"""The log of one component: a file that never grows without bound."""

import os
import shutil
from collections import deque
from pathlib import Path

KEPT = 3
LARGEST_BYTES = 20 * 1024 * 1024
TAIL_LINES = 15


def rotate(path: Path) -> None:
    """Called before a start: the earlier log becomes `.1`, and so on."""
    for number in range(KEPT - 1, 0, -1):
        _move(_numbered(path, number), _numbered(path, number + 1))
    _move(path, _numbered(path, 1))


def bound(path: Path) -> None:
    """Called while it is written. The writer appends, so it goes on at the start of the emptied file."""
    if path.exists() and path.stat().st_size > LARGEST_BYTES:
        shutil.copyfile(path, _numbered(path, 1))
        os.truncate(path, 0)


def tail(path: Path) -> str:
    if not path.exists():
        return "(there is no log)"
    with path.open(encoding="utf-8", errors="replace") as lines:
        return "".join(deque(lines, maxlen=TAIL_LINES)).rstrip()


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _move(source: Path, target: Path) -> None:
    if source.exists():
        source.replace(target)
