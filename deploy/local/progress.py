"""Tells a person what the launcher does: a line for each service that is up, and for each that had to be restarted."""

from collections.abc import Sequence
from typing import Protocol, TextIO

CLEAR_LINE = "\r\x1b[K"


class Progress(Protocol):
    def starting(self, names: Sequence[str]) -> None: ...
    def ready(self, name: str, seconds: float, address: str) -> None: ...
    def say(self, sentence: str) -> None: ...


class LineProgress:
    """On a terminal it also shows what is being waited for, on a line that it overwrites."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()

    def starting(self, names: Sequence[str]) -> None:
        if self._is_terminal and names:
            self._write(f"  {', '.join(names)} …")

    def ready(self, name: str, seconds: float, address: str) -> None:
        self.say(f"  {name:<16} {seconds:5.1f} s  {address}".rstrip())

    def say(self, sentence: str) -> None:
        self._write(f"{sentence}\n")

    def _write(self, text: str) -> None:
        self._stream.write(f"{CLEAR_LINE if self._is_terminal else ''}{text}")
        self._stream.flush()
