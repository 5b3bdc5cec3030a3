"""The fully qualified name of an asset, and the one rule for what lies inside a scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import Invalid
from domain.text import is_storable

MAX_TEXT_LENGTH = 1024
"""Longest text that is read as an Fqn, in bytes of UTF-8: it has to fit into one index entry, beside its parent's."""
SERVICE_DEPTH, DATABASE_DEPTH, SCHEMA_DEPTH, TABLE_DEPTH, COLUMN_DEPTH = range(1, 6)
"""How many parts an asset's FQN has."""


@dataclass(frozen=True, slots=True, order=True)
class Fqn:
    """A path `service.database.schema.table.column`: parts joined by dots, odd parts in double quotes."""

    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise Invalid("fqn", "An FQN has at least one part: the name of a connection.")
        if not is_storable("".join(self.parts)):
            raise Invalid("fqn", "An FQN cannot hold the character NUL or half a surrogate pair.")

    @classmethod
    def of(cls, *parts: str) -> Fqn:
        return cls(parts)

    @classmethod
    def parse(cls, text: str) -> Fqn:
        """Read the text form; `Invalid` names the position of what cannot be read."""
        length = len(text.encode(errors="surrogatepass"))
        if length > MAX_TEXT_LENGTH:
            raise Invalid("fqn", f"An FQN has at most {MAX_TEXT_LENGTH:,} bytes of UTF-8; this one has {length:,}.")
        parts = text.split(".")
        is_plain = '"' not in text and all(parts)  # nearly every name, read for every row of every list
        return cls(tuple(parts if is_plain else _read_parts(text)))

    def child(self, name: str) -> Fqn:
        return Fqn((*self.parts, name))

    @property
    def parent(self) -> Fqn | None:
        """None for a service: nothing is above it."""
        return Fqn(self.parts[:-1]) if len(self.parts) > 1 else None

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def depth(self) -> int:
        return len(self.parts)

    def covers(self, other: Fqn) -> bool:
        """True for the scope itself and for all below it, part by part: `s.card` does not cover `s.cardtransaction`."""
        return other.parts[: len(self.parts)] == self.parts

    def ancestors(self) -> Iterator[Fqn]:
        """The Fqn itself, then each parent up to the service."""
        for length in range(len(self.parts), 0, -1):
            yield Fqn(self.parts[:length])

    def up_to(self, depth: int) -> Fqn:
        """Its first parts, so many; itself when it has no more."""
        return Fqn(self.parts[:depth])

    def __str__(self) -> str:
        return ".".join(_format_part(part) for part in self.parts)


def _format_part(part: str) -> str:
    if part and "." not in part and '"' not in part:
        return part
    return '"' + part.replace('"', '""') + '"'


def _read_parts(text: str) -> Iterator[str]:
    position = 0
    while True:
        if text.startswith('"', position):
            part, position = _read_quoted(text, position)
        else:
            part, position = _read_plain(text, position)
        yield part
        if position == len(text):
            return
        position += 1  # the dot that ended the part


def _read_quoted(text: str, start: int) -> tuple[str, int]:
    position = start + 1
    while (closing := text.find('"', position)) >= 0:
        after = closing + 1
        if text.startswith('"', after):
            position = after + 1
            continue
        if after < len(text) and text[after] != ".":
            raise Invalid("fqn", f"A dot is expected after the closing quote at position {closing}.")
        return text[start + 1 : closing].replace('""', '"'), after
    raise Invalid("fqn", f"The quote that opens at position {start} is never closed.")


def _read_plain(text: str, start: int) -> tuple[str, int]:
    dot = text.find(".", start)
    end = len(text) if dot < 0 else dot
    part = text[start:end]
    if not part:
        raise Invalid("fqn", f'A part is empty at position {start}; an empty name is written "".')
    if '"' in part:
        raise Invalid("fqn", f"A quote stands inside an unquoted part at position {text.index(chr(34), start)}.")
    return part, end
