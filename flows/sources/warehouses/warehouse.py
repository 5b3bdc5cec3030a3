"""What tells one warehouse engine from another: all that differs is data, or its driver's session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain.connections.model import ConnectionSettings
from domain.settings import SourceSettings
from flows.sources.base import Coverage, ValueKind
from flows.sources.forms import Form

Batches = Any
"""A `pyarrow.RecordBatchReader`; the library comes with the extra of each engine and has no types."""


@dataclass(frozen=True, slots=True)
class Login:
    """All that signing in takes. The secret stays out of the representation."""

    settings: ConnectionSettings
    secret: str | None
    limits: SourceSettings

    def __repr__(self) -> str:
        return f"Login({self.settings.address})"


class Session(Protocol):
    """One connection, for one statement at a time. All methods block and raise whatever the driver raises."""

    def rows(self, sql: str) -> Batches:
        """Send the statement; its rows as they come."""

    def cancel(self) -> None:
        """From another thread: end the statement wherever it is, in the engine too. Without one, nothing happens."""

    def close(self) -> None:
        """Sign out."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a declared type holds, and the expression in the engine's SQL that reads the column `x` of it."""

    form: Form
    kind: ValueKind
    reading: str = "x"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the engine draws part of a table: by what follows its name, or by a condition on each row.

    `{percent}` and `{seed}` stand for numbers. One that takes no seed draws other rows each time.
    """

    clause: str
    coverage: Coverage
    is_repeatable: bool
    is_condition: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A statement of the catalogue whose columns have other names, and what is known of all its rows."""

    sql: str
    names: Mapping[str, str] = field(default_factory=dict)
    """Of its columns, by what they are called."""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Statements that describe the database, in the engine's SQL, with lower-case names where the engine's own are in
    `case_of_names`. `:schema` stands for the schema's name as text, `this_database` and `this_schema` for names.

    What each has to select, the standard ones in `catalogue.py` show. Of keys there is none where the engine does not
    tell.
    """

    version: str
    schemas: str
    tables: str
    columns: str
    keys: Sequence[Question]
    foreign_keys: Sequence[Question]
    system_schemas: frozenset[str]
    case_of_names: Callable[[str], str] = str.lower


@dataclass(frozen=True, slots=True)
class Spelling:
    """What sqlglot does not know, or gets wrong, when it translates the SQL of rules into the engine's."""

    instant_in_utc: str
    """The moment of the instant `x` in UTC, without a zone."""
    has_regular_expressions: bool = True
    has_booleans: bool = True
    """Conditions are values, and can be selected."""
    has_nan: bool = True
    nan_equals_itself: bool = True
    pads_texts: bool = False
    """Texts that differ only in blanks at their ends are equal, and their length leaves those out."""
    collation: str | None = None
    """By which texts have to be compared so that every difference counts."""


@dataclass(frozen=True, slots=True)
class Warehouse:
    label: str
    dialect: str
    """sqlglot's name of the engine's SQL."""
    connect: Callable[[Login], Session]
    catalogue: Catalogue
    spelling: Spelling
    types: Mapping[str, Type]
    unknown: Type
    """Of types that are not among `types`: their text."""
    sampling: Sampling
    unreachable: Mapping[str, str]
    """Parts of the driver's message when nobody is let in, in lower case, and the cause in our words."""
    failing: Mapping[str, str]
    """The same of a statement that fails."""
    lost: Sequence[str] = field(default=())
    """Parts of the message that says that the connection is gone."""

    def type_of(self, data_type: str) -> Type:
        return self.types.get(plain_name(data_type), self.unknown)


def plain_name(data_type: str) -> str:
    """`NUMBER(38,0)` is `number`, `ARRAY<INT64>` is `array`, `timestamp(6) with time zone` is itself without `(6)`."""
    head = data_type.lower().partition("<")[0]
    before, bracket, after = head.partition("(")
    return f"{before}{after.rpartition(')')[2]}".strip() if bracket else before.strip()


def same(names: str, form: Form, kind: ValueKind, reading: str = "x") -> Iterable[tuple[str, Type]]:
    """One meaning for types of several names, which are parted by commas."""
    return ((name.strip(), Type(form, kind, reading)) for name in names.split(","))
