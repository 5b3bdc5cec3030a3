"""The scalars of the schema, each with the rule by which it is read and written."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from domain.cron import check_cron
from domain.errors import Invalid
from domain.fqn import MAX_TEXT_LENGTH, Fqn

BigInt = NewType("BigInt", int)
Cron = NewType("Cron", str)
LARGEST_BIG_INT = 2**63 - 1


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise Invalid(name, f"A {name} is written as a string.")
    return value


def _read_fqn(value: object) -> Fqn:
    return Fqn.parse(_text("Fqn", value))


def _read_datetime(value: object) -> datetime:
    text = _text("DateTime", value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("DateTime", "A DateTime is written like 2026-11-23T09:30:00Z.") from None
    if moment.tzinfo is None:
        raise Invalid("DateTime", "A DateTime has an offset, like 2026-11-23T09:30:00Z or …+01:00.")
    return moment.astimezone(UTC)


def _write_datetime(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _read_decimal(value: object) -> Decimal:
    try:
        number = Decimal(_text("Decimal", value))
    except InvalidOperation:
        raise Invalid("Decimal", 'A Decimal is written like "0.95".') from None
    if not number.is_finite():
        raise Invalid("Decimal", "A Decimal is finite.")
    return number


def _write_decimal(number: Decimal) -> str:
    return format(number, "f")


def _read_big_int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_BIG_INT:
        raise Invalid("BigInt", "A BigInt is a whole number of at most 64 bits.")
    return value


def _read_cron(value: object) -> Cron:
    try:
        return Cron(check_cron(_text("Cron", value)))
    except ValueError as error:
        raise Invalid("Cron", f"{error}.") from None


def _same(value: object) -> object:
    return value


SCALARS: Mapping[object, ScalarDefinition] = {
    Fqn: strawberry.scalar(
        name="Fqn",
        description=(
            "A fully qualified name: service.database.schema.table.column. Parts are joined by dots; a part that holds "
            "a dot or a quote, or is empty, stands in double quotes with inner quotes doubled. Case is kept. "
            f"At most {MAX_TEXT_LENGTH:,} characters."
        ),
        specified_by_url="urn:assay:fqn",
        parse_value=_read_fqn,
        serialize=str,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC. An offset has to be given, and is always shown.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        parse_value=_read_datetime,
        serialize=_write_datetime,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, written as a string such as "0.95", never with an exponent.',
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-6",
        parse_value=_read_decimal,
        serialize=_write_decimal,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of at most 64 bits, written as a JSON number.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-6",
        parse_value=_read_big_int,
        serialize=int,
    ),
    Cron: strawberry.scalar(
        name="Cron",
        description=(
            "When something happens again and again, as five fields: minute, hour, day of the month, month and day of "
            'the week, of numbers, `*`, ranges, steps and lists; "30 2 * * 1-5" is half past two on working days. '
            "Where both days are restricted, either is enough."
        ),
        specified_by_url="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/crontab.html",
        parse_value=_read_cron,
        serialize=str,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value; used only where the shape is really open.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        parse_value=_same,
        serialize=_same,
    ),
}
