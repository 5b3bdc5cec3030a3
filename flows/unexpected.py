"""What nobody foresaw, in words that may be shown: its own text may quote values of the data."""

import traceback
from uuid import UUID

import structlog

from domain.fqn import Fqn
from flows.failures import RunFailure

INNERMOST = -3
"""How much of the traceback is told: the last calls."""

log = structlog.get_logger()


class Unexpected(RunFailure):
    code = "INTERNAL"


def unexpected(error: Exception, run: UUID, fqn: Fqn | None = None) -> Unexpected:
    """The failure to raise instead; the log says where it came from, by type and place alone."""
    place = traceback.format_tb(error.__traceback__)[INNERMOST:]
    about = {"fqn": str(fqn)} if fqn else {}
    log.error("run.broke", run=str(run), error=type(error).__name__, place=place, **about)
    return Unexpected(f"An unexpected {type(error).__name__}; the log of the flow run says where.")
