"""What is asked of the DuckDB that stands between Assay and a file, or a server whose SQL Assay does not speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.sources.dialect import quote_text
from flows.sources.forms import Form, form_in

_EXACT_DIGITS = 30
"""Of a HUGEINT, with room for a remainder before them."""
_LONGEST_DIGITS = 90
_WHOLE_NUMBERS = "tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint uhugeint"
_FORMS: Mapping[str, Form] = {
    **dict.fromkeys(_WHOLE_NUMBERS.split(), Form.NUMBER),
    "decimal": Form.NUMBER,
    "float": Form.FLOAT,
    "double": Form.FLOAT,
    "date": Form.DATE,
    "timestamp": Form.TIMESTAMP,
    "timestamp_s": Form.TIMESTAMP,
    "timestamp_ms": Form.TIMESTAMP,
    "timestamp_ns": Form.TIMESTAMP,
    "timestamp with time zone": Form.INSTANT,
    "boolean": Form.BOOLEAN,
}


@dataclass(frozen=True, slots=True)
class DuckDbDialect:
    """`is_typed` is False for an engine whose declared types bind no value: then all is read through its text."""

    is_typed: bool = True

    def form_of(self, data_type: str) -> Form:
        return form_in(_FORMS, data_type) if self.is_typed else Form.OTHER

    def text(self, expression: str, data_type: str) -> str:  # noqa: ARG002 - no type here needs more than a cast
        return f"CAST({expression} AS VARCHAR)"

    def trimmed(self, text: str, characters: str) -> str:
        return f"trim({text}, {self.text_literal(characters)})"

    def exact(self, expression: str) -> str:
        return f"TRY_CAST({expression} AS DOUBLE)"

    def digit(self, text: str) -> str:
        return f"TRY_CAST({text} AS INTEGER)"

    def date(self, text: str) -> str:
        return f"TRY_CAST({text} AS DATE)"

    def timestamp(self, text: str) -> str:
        return f"TRY_CAST({text} AS TIMESTAMP)"

    def instant(self, text: str) -> str:
        """DuckDB wants the seconds, and a colon in the offset."""
        with_seconds = f"regexp_replace({text}, '([T ][0-9]{{2}}:[0-9]{{2}})(Z|[+-])', '\\1:00\\2')"
        spelled = f"regexp_replace({with_seconds}, '([+-][0-9]{{2}})([0-9]{{2}})$', '\\1:\\2')"
        return f"(TRY_CAST({spelled} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"

    def remainder(self, digits: str, divisor: int) -> str:
        """Piece by piece: no number of DuckDB is long enough for all of them."""
        rest = "''"
        for first in range(1, _LONGEST_DIGITS, _EXACT_DIGITS):
            piece = f"TRY_CAST({rest} || substr({digits}, {first}, {_EXACT_DIGITS}) AS HUGEINT)"
            rest = f"CAST({piece} % {divisor} AS VARCHAR)"
        return f"TRY_CAST({rest} AS INTEGER)"

    def text_literal(self, text: str) -> str:
        return quote_text(text)

    def block_sample(self, percent: float) -> str:
        return f" TABLESAMPLE SYSTEM ({percent:.6f} PERCENT) REPEATABLE (1)"
