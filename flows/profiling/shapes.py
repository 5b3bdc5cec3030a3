"""The shape of a text: a letter becomes A or a, a digit 9, and all else stays."""

from __future__ import annotations


def shape_of(value: str) -> str:
    """In Python and not in DuckDB, which masks ASCII slowly and other scripts more slowly."""
    if value.isascii():
        return value.encode().translate(_ASCII_MASKS).decode()
    return "".join(map(_mask, value))


def _mask(character: str) -> str:
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return "9" if character.isdecimal() else character


_ASCII_MASKS = bytes(ord(_mask(chr(code))) for code in range(128)) + bytes(range(128, 256))
