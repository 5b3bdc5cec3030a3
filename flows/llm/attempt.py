"""One question on its way to a model, and the line of the ledger that comes of it."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from domain.fqn import Fqn
from domain.ledger.model import CallOutcome, LlmCall
from flows.failures import RunFailure
from flows.llm.client import ModelClient, ModelReply, ModelRequest
from flows.llm.prices import cost_usd

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """A request with what the ledger says about it."""

    request: ModelRequest
    purpose: str
    asset: Fqn
    masked_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """Either a value or the failure that stands in its place; the call is written down in both cases."""

    value: T | None
    failure: RunFailure | None
    call: LlmCall


@dataclass(slots=True)
class Attempt:
    client: ModelClient
    question: Question
    tries: int = 0
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _started: float = field(default_factory=time.monotonic)

    @property
    def content_hash(self) -> str:
        """Of all that is sent, and to whom: equal evidence gives an equal hash on any machine."""
        sent = {"provider": self.client.provider, "model": self.client.model, **asdict(self.question.request)}
        return hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()

    def answered(self, value: T, outcome: CallOutcome, reply: ModelReply) -> Answered[T]:
        return Answered(value, None, self._written_down(outcome, reply))

    def failed(self, failure: RunFailure, outcome: CallOutcome, reply: ModelReply | None = None) -> Answered[T]:
        return Answered(None, failure, self._written_down(outcome, reply))

    def _written_down(self, outcome: CallOutcome, reply: ModelReply | None) -> LlmCall:
        """An answer from memory is free; what a call without an answer cost, nobody says."""
        tokens = (reply.input_tokens, reply.output_tokens) if reply and self.tries else (0, 0)
        return LlmCall(
            provider=self.client.provider,
            model=self.client.model,
            purpose=self.question.purpose,
            asset=self.question.asset,
            started_at=self.started_at,
            seconds=round(time.monotonic() - self._started, 3),
            attempts=self.tries,
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            cost_usd=self._cost(reply),
            masked_columns=self.question.masked_columns,
            content_hash=self.content_hash,
            outcome=outcome,
        )

    def _cost(self, reply: ModelReply | None) -> Decimal | None:
        if not self.tries:
            return Decimal(0)
        return cost_usd(self.client.model, reply.input_tokens, reply.output_tokens) if reply else None
