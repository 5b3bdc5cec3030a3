import structlog
from structlog.typing import Processor

from domain.settings import Settings


def configure_logs(settings: Settings) -> None:
    """Lines for people in development, JSON elsewhere. Tracebacks without local variables: those hold secrets."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.mode == "development":
        plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        structlog.configure(processors=[*shared, plain])
    else:
        structlog.configure(
            processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        )
