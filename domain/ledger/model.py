"""Every call to a language model: what it was for, what it cost, what was masked. Never its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.fqn import Fqn


class CallOutcome(StrEnum):
    """REUSED: unchanged evidence was answered from an earlier call, and nothing was sent."""

    ANSWERED = "ANSWERED"
    REJECTED = "REJECTED"
    RATE_LIMITED = "RATE_LIMITED"
    TIMED_OUT = "TIMED_OUT"
    FAILED = "FAILED"
    REUSED = "REUSED"


@dataclass(frozen=True, slots=True)
class LlmCall:
    """One call. `content_hash` is the SHA-256 of all that was sent, so that equal evidence can be recognised."""

    provider: str
    model: str
    purpose: str
    """The prompt's file and version, e.g. `describe_table@1`."""
    asset: Fqn
    started_at: datetime
    seconds: float
    attempts: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None
    """None where the price of the model is not known."""
    masked_columns: tuple[str, ...]
    """Columns whose values were kept back because they hold personal data."""
    content_hash: str
    outcome: CallOutcome


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A usable answer of a model, kept under the hash of what was asked."""

    content_hash: str
    text: str
    input_tokens: int
    output_tokens: int
