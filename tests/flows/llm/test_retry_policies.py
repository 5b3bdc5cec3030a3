import itertools
from collections.abc import Iterator

import pytest
from tenacity import Future, RetryCallState, wait_fixed

from flows.failures import ModelFailed, ModelKeyRejected, ModelRateLimited, ModelTimedOut, RunFailure
from flows.retries import RetryLimits, WaitAsTold, rate_limits, with_retries

QUICK = RetryLimits(first_pause=0.001, longest_pause=0.002, longest_wait=0.5)


class Model:
    """Fails as told, then answers."""

    def __init__(self, *failures: RunFailure) -> None:
        self._answers: Iterator[RunFailure | None] = itertools.chain(failures, itertools.repeat(None))
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if failure := next(self._answers):
            raise failure
        return "answer"


async def test_a_rate_limit_is_waited_out() -> None:
    model = Model(*[ModelRateLimited("slow down")] * 5)
    assert await with_retries(model, QUICK) == "answer"
    assert model.calls == 6


async def test_a_time_out_is_tried_three_times() -> None:
    model = Model(*[ModelTimedOut("late")] * 9)
    with pytest.raises(ModelTimedOut):
        await with_retries(model, QUICK)
    assert model.calls == 3


async def test_a_rate_limit_between_time_outs_does_not_cost_a_try() -> None:
    model = Model(ModelTimedOut("late"), ModelRateLimited("slow down"), ModelTimedOut("late"))
    assert await with_retries(model, QUICK) == "answer"
    assert model.calls == 4


@pytest.mark.parametrize("failure", [ModelKeyRejected("bad key"), ModelFailed("nonsense")], ids=lambda one: one.code)
async def test_what_cannot_get_better_is_not_tried_again(failure: RunFailure) -> None:
    model = Model(failure)
    with pytest.raises(type(failure)):
        await with_retries(model, QUICK)
    assert model.calls == 1


async def test_a_pause_beyond_the_longest_wait_is_given_up_at_once() -> None:
    model = Model(ModelRateLimited("slow down", retry_after_seconds=3600))
    with pytest.raises(ModelRateLimited):
        await with_retries(model, QUICK)
    assert model.calls == 1


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [(None, 5.0, 5.0), (0.0, 5.0, 5.0), (7.0, 7.0, 8.0), (100.0, 100.0, 101.0)],
)
def test_the_pause_is_never_shorter_than_asked_for_nor_than_the_backoff(
    told: float | None, least: float, most: float
) -> None:
    state = _failed_with(ModelRateLimited("slow down", told))
    assert least <= WaitAsTold(wait_fixed(5))(state) <= most


def test_without_an_asked_pause_the_backoff_doubles_and_is_bounded() -> None:
    # given
    policy = rate_limits(RetryLimits(first_pause=1.0, longest_pause=10.0))
    # when
    pauses = [policy.wait(_failed_with(ModelRateLimited("slow down"), attempt)) for attempt in range(1, 8)]
    # then: up to one second of jitter on 1, 2, 4, 8, then 10 at most
    assert all(low <= pause <= min(low + 1, 10) for low, pause in zip([1, 2, 4, 8, 10, 10, 10], pauses, strict=True))


def _failed_with(failure: ModelRateLimited, attempt: int = 1) -> RetryCallState:
    state = RetryCallState(rate_limits(QUICK), None, (), {})
    state.attempt_number = attempt
    state.outcome = Future.construct(attempt, failure, has_exception=True)
    return state
