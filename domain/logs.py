"""Logs are events with fields, one line each."""

import logging

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
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    machine: list[Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, plain] if settings.mode == "development" else [*shared, *machine],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
