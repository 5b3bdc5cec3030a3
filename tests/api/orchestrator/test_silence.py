from datetime import timedelta
from uuid import UUID

from api.orchestrator.silence import SilenceMeter
from domain.runs.model import RunId
from tests.fakes.clock import NOON, HandClock

RUN = RunId(UUID(int=1))


def test_silence_begins_when_a_sign_is_first_seen_however_old_it_is() -> None:
    clock = HandClock()
    meter = SilenceMeter(clock)

    assert meter.silent_for(RUN, NOON - timedelta(hours=1)) == timedelta(0)
    clock.advance(seconds=20)
    assert meter.silent_for(RUN, NOON - timedelta(hours=1)) == timedelta(seconds=20)


def test_new_sign_ends_the_silence() -> None:
    clock = HandClock()
    meter = SilenceMeter(clock)
    meter.silent_for(RUN, NOON)
    clock.advance(seconds=20)

    assert meter.silent_for(RUN, NOON + timedelta(seconds=19)) == timedelta(0)


def test_silence_begins_anew_after_an_outage() -> None:
    clock = HandClock()
    meter = SilenceMeter(clock)
    meter.silent_for(RUN, NOON)
    clock.advance(minutes=5)

    meter.forget()

    assert meter.silent_for(RUN, NOON) == timedelta(0)


def test_runs_that_are_no_longer_watched_are_forgotten() -> None:
    clock = HandClock()
    meter = SilenceMeter(clock)
    meter.silent_for(RUN, NOON)
    clock.advance(minutes=5)

    meter.keep_only({RUN})
    kept = meter.silent_for(RUN, NOON)
    meter.keep_only(set())

    assert (kept, meter.silent_for(RUN, NOON)) == (timedelta(minutes=5), timedelta(0))
