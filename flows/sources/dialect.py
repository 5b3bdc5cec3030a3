"""Names and values inside SQL text, quoted as standard SQL has it (PostgreSQL and DuckDB alike)."""

from domain.fqn import Fqn


def quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text literal. Relies on `standard_conforming_strings`, the default of both engines."""
    return "'" + text.replace("'", "''") + "'"


def quote_table(table: Fqn) -> str:
    """Schema and table; the service and the database are where the connection already stands."""
    return ".".join(map(quote_name, table.parts[-2:]))


def as_text(expression: str, data_type: str) -> str:
    """The value as people write it: a cast would add /32 to every single address."""
    return f"abbrev({expression})" if data_type == "inet" else f"{expression}::text"
