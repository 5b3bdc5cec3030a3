"""Names and values inside SQL text, quoted as standard SQL has it (PostgreSQL and DuckDB alike), and what they do not
spell alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from domain.fqn import Fqn
from flows.sources.forms import Form, form_in


def quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text literal. Relies on `standard_conforming_strings`, the default of both engines."""
    return "'" + text.replace("'", "''") + "'"


def quote_table(table: Fqn) -> str:
    """Schema and table; the service and the database are where the connection already stands."""
    return ".".join(map(quote_name, table.parts[-2:]))


class Dialect(Protocol):
    """How an engine reads one column. The SQL that is made with it never fails on a value."""

    def form_of(self, data_type: str) -> Form:
        """What the engine gives for a column of this declared type."""

    def text(self, expression: str, data_type: str) -> str:
        """The value as people write it; texts compare by their code points in every database."""

    def trimmed(self, text: str, characters: str) -> str:
        """Without these characters at either end."""

    def exact(self, expression: str) -> str:
        """A number, or text that is known to spell one, with its digits."""

    def digit(self, text: str) -> str:
        """The number of one digit."""

    def date(self, text: str) -> str:
        """The date that the text is known to spell."""

    def timestamp(self, text: str) -> str:
        """Text that is known to spell a moment without a zone."""

    def instant(self, text: str) -> str:
        """Text that is known to spell a moment with a zone; in UTC, without one."""

    def remainder(self, digits: str, divisor: int) -> str:
        """Of the number that a text of digits spells, however long; the divisor has two digits."""

    def text_literal(self, text: str) -> str:
        """The text, whatever it holds."""

    def block_sample(self, percent: float) -> str:
        """What follows a table's name to read so much of it, always the same."""


class PostgresDialect:
    _FORMS: Mapping[str, Form] = {
        "smallint": Form.NUMBER,
        "integer": Form.NUMBER,
        "bigint": Form.NUMBER,
        "numeric": Form.FLOAT,
        "real": Form.FLOAT,
        "double precision": Form.FLOAT,
        "date": Form.DATE,
        "timestamp without time zone": Form.TIMESTAMP,
        "timestamp with time zone": Form.INSTANT,
        "boolean": Form.BOOLEAN,
    }

    def form_of(self, data_type: str) -> Form:
        return form_in(self._FORMS, data_type)

    def text(self, expression: str, data_type: str) -> str:
        return f'{as_text(expression, data_type)} COLLATE "C"'

    def trimmed(self, text: str, characters: str) -> str:
        return f"btrim({text}, {self.text_literal(characters)})"

    def exact(self, expression: str) -> str:
        return f"{expression}::numeric"

    def digit(self, text: str) -> str:
        return f"({text})::int"

    def date(self, text: str) -> str:
        return f"({text})::date"

    def timestamp(self, text: str) -> str:
        return f"{text}::timestamp"

    def instant(self, text: str) -> str:
        return f"({text}::timestamptz AT TIME ZONE 'UTC')"

    def remainder(self, digits: str, divisor: int) -> str:
        return f"({digits})::numeric % {divisor}"

    def text_literal(self, text: str) -> str:
        """The E form reads a backslash alike whatever `standard_conforming_strings` says."""
        quoted = quote_text(text)
        return "E" + quoted.replace("\\", "\\\\") if "\\" in quoted else quoted

    def block_sample(self, percent: float) -> str:
        return f" TABLESAMPLE SYSTEM ({percent:.6f}) REPEATABLE (1)"


def as_text(expression: str, data_type: str) -> str:
    """The value as people write it: a cast would add /32 to every single address."""
    return f"abbrev({expression})" if data_type == "inet" else f"{expression}::text"


POSTGRESQL = PostgresDialect()
