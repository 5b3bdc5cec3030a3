"""Parameters of rules written into SQL so that none can be read as anything but a value."""

from datetime import UTC, datetime


def number_literal(number: float) -> str:
    """In brackets, because a minus sign after an operator would join it."""
    return f"({number!r})"


def moment_literal(moment: datetime) -> str:
    """In UTC, without a zone: what `ColumnReader.moment` is compared with."""
    utc = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return f"TIMESTAMP '{utc.isoformat(sep=' ')}'"
