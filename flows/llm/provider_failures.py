"""How a provider's HTTP answers become the failures of a run. No message holds a key, a prompt or a body."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from flows.failures import ModelFailed, ModelKeyRejected, ModelRateLimited, ModelTimedOut, RunFailure

_KEY_REJECTED = frozenset({401, 403})
_SLOW_DOWN = frozenset({429, 503, 529})
"""529 is what Anthropic answers while it is overloaded."""
_TOOK_TOO_LONG = frozenset({408, 504})
_HINTS = {
    404: "check enrichment.model and the base URL",
    400: "the model may not take this request",
    413: "it is too large",
}


def failure_of_status(provider: str, status: int, headers: Mapping[str, str]) -> RunFailure:
    if status in _KEY_REJECTED:
        return ModelKeyRejected(f"{provider} answered {status}: check enrichment.{provider}_api_key.")
    if status in _SLOW_DOWN:
        return ModelRateLimited(f"{provider} answered {status}: too many requests.", retry_after(headers))
    if status in _TOOK_TOO_LONG:
        return ModelTimedOut(f"{provider} answered {status}: it took too long.")
    hint = f": {_HINTS[status]}" if status in _HINTS else ""
    return ModelFailed(f"{provider} answered {status}{hint}.")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from either form of the header; None when there is none that can be read."""
    told = headers.get("retry-after")
    if told is None:
        return None
    try:
        seconds = float(told)
    except ValueError:
        return _seconds_until(told)
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _seconds_until(moment: str) -> float | None:
    try:
        until = parsedate_to_datetime(moment)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)
