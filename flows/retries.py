"""When something is tried again: one policy per failure, and none for what cannot get better."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    stop_before_delay,
)
from tenacity.wait import wait_base, wait_exponential_jitter, wait_random

from flows.failures import ModelRateLimited, ModelTimedOut, SourceUnreachable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryLimits:
    """Seconds, except `time_out_tries`. A rate limit that lasts longer than `longest_wait` is given up."""

    time_out_tries: int = 3
    first_pause: float = 1.0
    longest_pause: float = 60.0
    longest_wait: float = 300.0


async def with_retries(call: Callable[[], Awaitable[T]], limits: RetryLimits) -> T:
    """The answer, or the failure of the last try. Each time-out starts the wait for rate limits anew."""

    async def past_rate_limits() -> T:
        return await rate_limits(limits)(call)

    return await time_outs(limits)(past_rate_limits)


def rate_limits(limits: RetryLimits) -> AsyncRetrying:
    """Exponential backoff with jitter; a pause that the provider asks for is kept."""
    return AsyncRetrying(
        retry=retry_if_exception_type(ModelRateLimited),
        wait=WaitAsTold(wait_exponential_jitter(multiplier=limits.first_pause, max=limits.longest_pause)),
        stop=stop_before_delay(limits.longest_wait),
        reraise=True,
    )


def time_outs(limits: RetryLimits) -> AsyncRetrying:
    """Without a pause: a time-out has already waited."""
    return AsyncRetrying(
        retry=retry_if_exception_type(ModelTimedOut),
        stop=stop_after_attempt(limits.time_out_tries),
        reraise=True,
    )


def source_losses(longest_seconds: float = 30.0) -> AsyncRetrying:
    """A source that was reached and then lost: a server that restarts is back within seconds."""
    return AsyncRetrying(
        retry=retry_if_exception_type(SourceUnreachable),
        wait=wait_exponential_jitter(multiplier=0.5, max=5),
        stop=stop_after_delay(longest_seconds),
        reraise=True,
    )


class WaitAsTold(wait_base):
    """At least as long as Retry-After says, at least as long as the backoff, and never all callers at one moment."""

    def __init__(self, backoff: wait_base) -> None:
        self._backoff = backoff
        self._jitter = wait_random(0, 1)

    def __call__(self, retry_state: RetryCallState) -> float:
        failure = retry_state.outcome.exception() if retry_state.outcome else None
        told = failure.retry_after_seconds if isinstance(failure, ModelRateLimited) else None
        backoff = self._backoff(retry_state)
        return backoff if told is None else max(told + self._jitter(retry_state), backoff)
