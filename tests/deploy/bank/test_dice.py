from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deploy.local.bank.dice import Dice, hundredths, spread

seeds = st.integers(0, 2**32)


def test_a_seed_and_a_purpose_give_the_same_numbers_on_every_machine() -> None:
    # given
    dice = Dice(1, "customer")
    # when
    numbers = [dice.between(1, 1000) for _ in range(5)]
    # then
    assert numbers == [465, 932, 426, 275, 804]


def test_another_purpose_gives_other_numbers() -> None:
    assert Dice(1, "customer").digits(12) != Dice(1, "account").digits(12)


@given(seed=seeds, low=st.integers(-50, 50), width=st.integers(0, 20))
def test_between_stays_within_both_ends(seed: int, low: int, width: int) -> None:
    assert low <= Dice(seed, "x").between(low, low + width) <= low + width


@given(seed=seeds, size=st.integers(0, 40), data=st.data())
def test_a_sample_has_no_place_twice(seed: int, size: int, data: st.DataObject) -> None:
    # given
    count = data.draw(st.integers(0, size))
    # when
    sample = Dice(seed, "x").sample(range(size), count)
    # then
    assert len(set(sample)) == count
    assert set(sample) <= set(range(size))


@given(seed=seeds)
def test_money_stays_within_its_bounds_in_whole_cents(seed: int) -> None:
    # when
    amount = Dice(seed, "x").money(150, 30_000)
    # then
    assert hundredths(150) <= amount <= hundredths(30_000)
    assert amount.as_tuple().exponent == -2


@given(seed=seeds, day=st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_moment_lies_within_its_day(seed: int, day: date) -> None:
    # given
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    # then
    assert midnight <= Dice(seed, "x").moment(day) < midnight + timedelta(days=1)


@given(first=st.integers(0, 10**8), second=st.integers(0, 10**8))
def test_spread_serials_never_meet(first: int, second: int) -> None:
    assert (spread(first, 9) == spread(second, 9)) == (first == second)
