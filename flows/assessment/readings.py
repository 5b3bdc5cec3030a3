"""How a column is read as a text, a number or a moment, whatever its type, without a cast that can fail."""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.assets.model import FoundTable
from flows.assessment.literals import text_literal
from flows.failures import TableFailed
from flows.sources.dialect import as_text, quote_name

WHITE_SPACE = r"E' \t\n\r\f\x0B\u00A0'"
"""What counts as white space in text, as a literal: the ASCII ones and the no-break space."""

INTEGER = r"^[+-]?[0-9]{1,200}$"
NUMBER = r"^[+-]?([0-9]{1,200}([.][0-9]{0,200})?|[.][0-9]{1,200})([eE][+-]?[0-9]{1,2})?$"
_DAY = r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_ZONE = r"(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
DATE = f"^{_DAY}([T ]{_CLOCK}{_ZONE}?)?$"
ZONED = f"{_CLOCK}{_ZONE}$"


class Form(StrEnum):
    """What a declared type of PostgreSQL holds. OTHER types are read through their text."""

    NUMBER = "number"
    FLOAT = "float"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    OTHER = "other"

    @property
    def is_number(self) -> bool:
        return self in {Form.NUMBER, Form.FLOAT}

    @property
    def is_moment(self) -> bool:
        return self in {Form.DATE, Form.TIMESTAMP, Form.INSTANT}


_FORMS = {
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


def form_of(data_type: str) -> Form:
    return _FORMS.get(re.sub(r"\([0-9, ]*\)", "", data_type), Form.OTHER)


class RuleNotApplicable(TableFailed):
    """The rule cannot be asked of this table as it is now."""

    code = "RULE_NOT_APPLICABLE"


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """SQL expressions that read one column. None of them can fail on a value, whatever it holds."""

    name: str
    data_type: str

    @property
    def form(self) -> Form:
        return form_of(self.data_type)

    @property
    def plain(self) -> str:
        return quote_name(self.name)

    @property
    def text(self) -> str:
        """Collation C: equality, letters and ranges mean the same in every database."""
        return f'{as_text(self.plain, self.data_type)} COLLATE "C"'

    @property
    def trimmed(self) -> str:
        return f"btrim({self.text}, {WHITE_SPACE})"

    @property
    def filled(self) -> str:
        """The value is there: not null and, for a text, not blank."""
        blank = f" AND {self.trimmed} <> ''" if self.form is Form.OTHER else ""
        return f"{self.plain} IS NOT NULL{blank}"

    @property
    def number(self) -> str:
        """Null where no number can be read; NaN is none."""
        match self.form:
            case Form.NUMBER:
                return self.plain
            case Form.FLOAT:
                value = f"{self.plain}::numeric" if self.data_type == "real" else self.plain
                return f"nullif({value}, 'NaN')"
            case Form.OTHER:
                return f"CASE WHEN {self.trimmed} ~ {text_literal(NUMBER)} THEN {self.trimmed}::numeric END"
            case _:
                raise self._unreadable("a number")

    @property
    def moment(self) -> str:
        """In UTC, without a zone; a value that has no zone is taken as UTC. Null where none can be read."""
        match self.form:
            case Form.DATE:
                return f"{self.plain}::timestamp"
            case Form.TIMESTAMP:
                return self.plain
            case Form.INSTANT:
                return f"({self.plain} AT TIME ZONE 'UTC')"
            case Form.OTHER:
                return _guarded_moment(self.trimmed)
            case _:
                raise self._unreadable("a date or time")

    def _unreadable(self, wanted: str) -> RuleNotApplicable:
        return RuleNotApplicable(
            f"Column {self.name!r} is of type {self.data_type} and cannot be read as {wanted}; "
            f"choose another column or another kind of rule."
        )


def reads_as_date(trimmed: str) -> str:
    """The calendar is asked only where the shape is right: CASE fixes the order of evaluation."""
    month_end = f"(left({trimmed}, 7) || '-01')::date + interval '1 month - 1 day'"
    day_exists = f"substr({trimmed}, 9, 2)::int <= extract(day FROM {month_end})"
    return f"CASE WHEN {trimmed} ~ {text_literal(DATE)} THEN {day_exists} ELSE false END"


def _guarded_moment(trimmed: str) -> str:
    zoned = f"({trimmed}::timestamptz AT TIME ZONE 'UTC')"
    read = f"CASE WHEN {trimmed} ~ {text_literal(ZONED)} THEN {zoned} ELSE {trimmed}::timestamp END"
    return f"CASE WHEN {reads_as_date(trimmed)} THEN {read} END"


def reader(table: FoundTable, name: str) -> ColumnReader:
    for column in table.columns:
        if column.name == name:
            return ColumnReader(name, column.data_type)
    raise RuleNotApplicable(
        f"{table.fqn} has no column {name!r}; it may have been dropped or renamed: retire or change the rule."
    )
