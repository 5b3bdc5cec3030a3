"""Where the past is cut, as pure arithmetic."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from domain.retention.model import Kind, RetentionPolicy, RollUp, policy_of
from domain.settings import RetentionSettings

NOW = datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC)
moments = st.timedeltas(timedelta(days=-10_000), timedelta(days=20_000)).map(lambda by: NOW + by)
days = st.integers(1, 36_500)


def snapshots_kept(daily: int | None, monthly: int | None) -> RetentionPolicy:
    return RetentionPolicy({}, daily, monthly, 1000)


def test_days_are_counted_back_from_now() -> None:
    policy = policy_of(RetentionSettings(events_days=30))

    assert policy.expires_before(Kind.EVENTS, NOW) == datetime(2026, 10, 24, 9, 30, 15, tzinfo=UTC)


def test_what_is_kept_for_ever_never_expires() -> None:
    policy = policy_of(RetentionSettings(events_days=None))

    assert policy.expires_before(Kind.EVENTS, NOW) is None


def test_every_kind_but_snapshots_has_its_days() -> None:
    assert policy_of(RetentionSettings()).days.keys() == set(Kind) - {Kind.SNAPSHOTS}


def test_snapshots_are_thinned_out_by_whole_days_and_months() -> None:
    assert snapshots_kept(30, 100).roll_up(NOW) == RollUp(
        daily_before=datetime(2026, 10, 24, tzinfo=UTC), monthly_before=datetime(2026, 8, 1, tzinfo=UTC)
    )


def test_a_day_begins_in_utc_wherever_the_clock_is() -> None:
    late = datetime(2026, 11, 23, 22, tzinfo=timezone(timedelta(hours=-5)))

    assert snapshots_kept(1, None).roll_up(late) == RollUp(
        daily_before=datetime(2026, 11, 23, tzinfo=UTC), monthly_before=datetime(1, 1, 1, tzinfo=UTC)
    )


def test_without_days_snapshots_are_thinned_out_to_months_at_once() -> None:
    month = datetime(2026, 8, 1, tzinfo=UTC)

    assert snapshots_kept(None, 100).roll_up(NOW) == RollUp(month, month)


def test_snapshots_that_are_kept_for_ever_are_left_alone() -> None:
    assert snapshots_kept(None, None).roll_up(NOW) is None


@given(moments, days, days)
def test_months_are_cut_before_days_and_neither_of_them_too_early(now: datetime, one: int, other: int) -> None:
    daily, monthly = sorted((one, other))

    cut = snapshots_kept(daily, monthly).roll_up(now)

    assert cut is not None
    assert cut.monthly_before <= cut.daily_before <= now - timedelta(days=daily)
    assert cut.monthly_before <= now - timedelta(days=monthly)
