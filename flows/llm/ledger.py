"""Asks a model for the run: within the budget, with retries, from memory where it can, and writes each call down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from domain.ledger.model import CallOutcome
from flows.failures import ModelKeyRejected, ModelRateLimited, ModelTimedOut, RunFailure
from flows.llm.attempt import Answered, Attempt, Question
from flows.llm.budget import CallBudget
from flows.llm.client import ModelClient, ModelReply
from flows.llm.reply import ReplyRejected
from flows.retries import RetryLimits, with_retries

T = TypeVar("T")

_OUTCOMES = {ModelRateLimited: CallOutcome.RATE_LIMITED, ModelTimedOut: CallOutcome.TIMED_OUT}


class EarlierAnswers(Protocol):
    """Usable replies by content hash, so that unchanged evidence costs no second call."""

    async def find(self, content_hash: str) -> ModelReply | None: ...

    async def keep(self, content_hash: str, reply: ModelReply) -> None: ...


@dataclass(frozen=True, slots=True)
class LedgeredModel:
    """One for the whole run; `budget` is what bounds its calls."""

    client: ModelClient
    budget: CallBudget
    earlier: EarlierAnswers
    limits: RetryLimits = field(default_factory=RetryLimits)

    async def ask(self, question: Question, read: Callable[[str], T]) -> Answered[T]:
        """`read` turns the reply into a value or raises ReplyRejected. Only a rejected key is raised from here."""
        attempt = Attempt(self.client, question)
        known = await self.earlier.find(attempt.content_hash)
        if known is not None:
            return _read(attempt, known, read, CallOutcome.REUSED)
        try:
            reply = await with_retries(partial(self._call, attempt), self.limits)
        except ModelKeyRejected:
            raise
        except RunFailure as failure:
            return attempt.failed(failure, _OUTCOMES.get(type(failure), CallOutcome.FAILED))
        answered = _read(attempt, reply, read, CallOutcome.ANSWERED)
        if answered.failure is None:
            await self.earlier.keep(attempt.content_hash, reply)
        return answered

    async def _call(self, attempt: Attempt) -> ModelReply:
        """The slot is held for the call alone, never for the pause between two tries."""
        async with self.budget.slot():
            attempt.tries += 1
            return await self.client.complete(attempt.question.request)


def _read(attempt: Attempt, reply: ModelReply, read: Callable[[str], T], outcome: CallOutcome) -> Answered[T]:
    try:
        return attempt.answered(read(reply.text), outcome, reply)
    except ReplyRejected as rejected:
        return attempt.failed(rejected, CallOutcome.REJECTED, reply)
