"""How a column is read as a text, a number or a moment, whatever its type, without a cast that can fail."""

from dataclasses import dataclass

from domain.assets.model import FoundTable
from flows.failures import TableFailed
from flows.sources.dialect import Dialect, quote_name, quote_text
from flows.sources.forms import Form

WHITE_SPACE = " \t\n\r\f\v\u00a0"
"""What counts as white space in text: the ASCII ones and the no-break space."""

INTEGER = r"^[+-]?[0-9]{1,200}$"
NUMBER = r"^[+-]?([0-9]{1,200}([.][0-9]{0,200})?|[.][0-9]{1,200})([eE][+-]?[0-9]{1,2})?$"
_YEAR = r"([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_DAY = rf"{_YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_ZONE = r"(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
DATE = f"^{_DAY}([T ]{_CLOCK}{_ZONE}?)?$"
ZONED = f"^.*{_CLOCK}{_ZONE}$"


class RuleNotApplicable(TableFailed):
    """The rule cannot be asked of this table as it is now."""

    code = "RULE_NOT_APPLICABLE"


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """SQL expressions that read one column. None of them can fail on a value, whatever it holds."""

    name: str
    data_type: str
    dialect: Dialect

    @property
    def form(self) -> Form:
        return self.dialect.form_of(self.data_type)

    @property
    def plain(self) -> str:
        return quote_name(self.name)

    @property
    def text(self) -> str:
        return self.dialect.text(self.plain, self.data_type)

    @property
    def trimmed(self) -> str:
        return self.dialect.trimmed(self.text, WHITE_SPACE)

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
                value = self.dialect.exact(self.plain) if self.data_type == "real" else self.plain
                return f"nullif({value}, 'NaN')"
            case Form.OTHER:
                return f"CASE WHEN {self.trimmed} ~ {quote_text(NUMBER)} THEN {self.dialect.exact(self.trimmed)} END"
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
                return self._guarded_moment()
            case _:
                raise self._unreadable("a date or time")

    @property
    def reads_as_date(self) -> str:
        """The calendar is asked only where the shape is right: CASE fixes the order of evaluation."""
        first = self.dialect.date(f"left({self.trimmed}, 7) || '-01'")
        month_end = f"{first} + interval '1 month' - interval '1 day'"
        day = self.dialect.digit(f"substr({self.trimmed}, 9, 2)")
        day_exists = f"{day} <= extract(day FROM {month_end})"
        return f"CASE WHEN {self.trimmed} ~ {quote_text(DATE)} THEN {day_exists} ELSE false END"

    def _guarded_moment(self) -> str:
        zoned, bare = self.dialect.instant(self.trimmed), self.dialect.timestamp(self.trimmed)
        read = f"CASE WHEN {self.trimmed} ~ {quote_text(ZONED)} THEN {zoned} ELSE {bare} END"
        return f"CASE WHEN {self.reads_as_date} THEN {read} END"

    def _unreadable(self, wanted: str) -> RuleNotApplicable:
        return RuleNotApplicable(
            f"Column {self.name!r} is of type {self.data_type} and cannot be read as {wanted}; "
            f"choose another column or another kind of rule."
        )


def reader(table: FoundTable, name: str, dialect: Dialect) -> ColumnReader:
    for column in table.columns:
        if column.name == name:
            return ColumnReader(name, column.data_type, dialect)
    raise RuleNotApplicable(
        f"{table.fqn} has no column {name!r}; it may have been dropped or renamed: retire or change the rule."
    )
