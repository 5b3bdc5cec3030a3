"""Word lists are written as plain text, so that they can be read and sorted as such."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def meanings(text: str) -> dict[str, tuple[str, ...]]:
    """Entries `word=what it means`, parted by semicolons or new lines."""
    entries = (entry.split("=") for line in text.strip().splitlines() for entry in line.split("; "))
    return {word: tuple(meaning.split()) for word, meaning in entries}
