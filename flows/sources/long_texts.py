"""Texts that are too long to be held: their first characters are copied, and what tells them apart.

A shortened text is its beginning, its length in digits, its SHA-256 and its last character.
"""

from __future__ import annotations

from collections.abc import Callable

LONGEST_WHOLE = 10_000
"""Characters. DuckDB holds 2,048 values of each column at once, and Assay few hundred megabytes."""
_DIGITS, _DIGEST = 12, 64


def is_shortened(value: str) -> str:
    """A condition on a copied text, in DuckDB's SQL. Counting bytes costs nothing, and all but the long are done."""
    ending = f"[0-9]{{{_DIGITS}}}[0-9a-f]{{{_DIGEST}}}."
    is_marked = f"regexp_full_match(substr({value}, {LONGEST_WHOLE + 1}), '{ending}', 's')"
    return f"(strlen({value}) > {LONGEST_WHOLE} AND {is_marked})"


def length_of(value: str) -> str:
    """Characters of the text in the source, in DuckDB's SQL."""
    told = f"substr({value}, {LONGEST_WHOLE + 1}, {_DIGITS})::BIGINT"
    return f"CASE WHEN {is_shortened(value)} THEN {told} ELSE length({value}) END"


def shortened_by_duckdb(text: str) -> str:
    is_long = f"strlen({text}) > {LONGEST_WHOLE} AND length({text}) > {LONGEST_WHOLE}"
    return _shortened(text, is_long, lambda value: f"sha256({value})")


def shortened_by_postgres(text: str) -> str:
    """`text` is worked out more than once, for long ones several times."""
    is_long = f"octet_length({text}) > {LONGEST_WHOLE} AND length({text}) > {LONGEST_WHOLE}"
    return _shortened(text, is_long, lambda value: f"encode(sha256(convert_to({value}, 'UTF8')), 'hex')")


def _shortened(text: str, is_long: str, digest_of: Callable[[str], str]) -> str:
    length = f"lpad(CAST(length({text}) AS VARCHAR), {_DIGITS}, '0')"
    parts = (f"left({text}, {LONGEST_WHOLE})", length, digest_of(text), f"right({text}, 1)")
    return f"CASE WHEN {is_long} THEN {' || '.join(parts)} ELSE {text} END"
