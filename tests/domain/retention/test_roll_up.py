"""Thinning out snapshots changes no score at the end of a day that keeps one."""

from datetime import timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bootstrap import Domain
from domain.identity import Actor
from domain.metrics.model import Score
from domain.retention.model import RetentionPolicy
from tests.domain.retention.history import Deed, History, Step, end_of_day, of_one_asset, survivors
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONTH_AGO, QUARTER_AGO = NOON - 20 * DAY, NOON - 80 * DAY
TOMORROW = NOON + DAY

steps = st.lists(
    st.builds(
        Step,
        st.integers(0, 110 * 4).map(lambda quarters: NOON - quarters * 6 * HOUR),
        st.sampled_from([Deed.MEASURE, Deed.MEASURE, Deed.SAVE, Deed.UNDO]),
        st.integers(0, 9),
        st.sampled_from(["id", "amount"]),
    ),
    unique_by=lambda step: (step.at, step.column),
    max_size=40,
)


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    return timed_domain


@pytest.fixture
def history(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> History:
    return History(domain, actor, sql)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=steps)
async def test_the_scores_at_the_end_of_each_kept_day_are_what_they_were(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, life: list[Step]
) -> None:
    await sql.execute("DELETE FROM metric_snapshot")  # of the example before, which every sweep would look through
    history = History(domain, actor, sql)
    await history.live(*life)
    await history.undo_all(TOMORROW)  # what is shown from tomorrow on, no Save hides any more
    log = await history.log()
    kept = survivors(log)
    moments = sorted({end_of_day(one.observed_at) for one in kept} | {NOON, TOMORROW})
    before = {at: await history.cells(at) for at in moments}

    removed = await history.thin_out()

    assert await history.log() == kept
    assert removed == len(log) - len(kept)
    after = {at: await history.cells(at) for at in moments}
    assert (after[NOON], after[TOMORROW]) == (before[NOON], before[TOMORROW])
    for one in kept:
        at = end_of_day(one.observed_at)
        assert of_one_asset(after[at], one.asset) == of_one_asset(before[at], one.asset)
    assert await history.thin_out() == 0


async def test_of_an_old_day_the_last_snapshot_stays_and_of_an_older_month_too(history: History) -> None:
    young = NOON - 5 * DAY
    times = [QUARTER_AGO - DAY, QUARTER_AGO, MONTH_AGO - HOUR, MONTH_AGO, young - HOUR, young]
    await history.live(*(Step(at, Deed.MEASURE, good=5) for at in times))

    assert await history.thin_out() == 2

    assert [one.observed_at for one in await history.log()] == [QUARTER_AGO, MONTH_AGO, young - HOUR, young]


async def test_without_an_age_for_months_every_old_day_keeps_one(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    history = History(domain, actor, sql, RetentionPolicy({}, 10, None, 3))
    times = [QUARTER_AGO - DAY, QUARTER_AGO - HOUR, QUARTER_AGO, MONTH_AGO]
    await history.live(*(Step(at, Deed.MEASURE) for at in times))

    assert await history.thin_out() == 1

    assert [one.observed_at for one in await history.log()] == [QUARTER_AGO - DAY, QUARTER_AGO, MONTH_AGO]


async def test_what_saves_hid_shows_again_when_the_last_of_them_is_undone_later(history: History) -> None:
    await history.live(
        Step(MONTH_AGO - 5 * HOUR, Deed.MEASURE, good=5),
        Step(MONTH_AGO - 4 * HOUR, Deed.MEASURE, good=7),
        Step(MONTH_AGO - 3 * HOUR, Deed.SAVE),
        Step(MONTH_AGO - 2 * HOUR, Deed.UNDO),
        Step(MONTH_AGO - HOUR, Deed.SAVE),
    )

    assert await history.thin_out() == 2
    assert [cell.score for cell in await history.cells(NOON)] == [Score(0, 0)]

    await history.undo_all(NOON)
    assert [cell.score for cell in await history.cells(NOON)] == [Score(7, 9)]


async def test_snapshots_of_different_projects_are_thinned_out_apart(
    domain: Domain, actor: Actor, stranger: Actor, sql: asyncpg.Connection
) -> None:
    own, theirs = History(domain, actor, sql), History(domain, stranger, sql)
    theirs.scope = own.scope
    await own.live(Step(MONTH_AGO, Deed.MEASURE, good=5))
    await theirs.live(Step(MONTH_AGO, Deed.MEASURE, good=6), Step(MONTH_AGO + HOUR, Deed.MEASURE, good=7))

    assert await own.thin_out() == 1

    assert [cell.score for cell in await own.cells(NOON)] == [Score(5, 9)]
    assert [cell.score for cell in await theirs.cells(NOON)] == [Score(7, 9)]


async def test_nothing_is_thinned_out_where_everything_is_kept(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    history = History(domain, actor, sql, RetentionPolicy({}, None, None, 3))
    await history.live(*(Step(QUARTER_AGO + hour * HOUR, Deed.MEASURE) for hour in range(5)))

    assert await history.thin_out() == 0
    assert len(await history.log()) == 5
