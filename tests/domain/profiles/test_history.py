"""What earlier runs measured is read back, page by page, and compared."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.bootstrap import Domain
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.profiles.drift import Change, DriftLevel
from domain.profiles.model import ColumnProfile, TableProfile
from domain.runs.model import RunId, RunType
from tests.domain.profiles.measured import NOW, column, numbers, table
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run

pytestmark = pytest.mark.db

ALL = PageRequest(first=100)


async def profiled(domain: Domain, actor: Actor, day: int, profile: TableProfile) -> RunId:
    """A run that measured the table on that day."""
    run = await request_run(domain, actor, RunType.PROFILING, profile.fqn)
    await domain.items.open_items(actor, run.id)
    measured = replace(profile, observed_at=NOW + timedelta(days=day))
    await domain.items.finish_profiled(actor, run.id, measured)
    return run.id


@pytest.fixture
async def card(domain: Domain, actor: Actor) -> Fqn:
    await add_connection(domain, actor)
    fqn, _ = await add_tables(domain, actor, "card", "account")
    return fqn


def amounts(*values: float) -> ColumnProfile:
    return numbers(values)


async def test_profiles_of_a_table_come_the_newest_first_whatever_the_order_of_the_runs(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    runs = {day: await profiled(domain, actor, day, table(rows=10 + day)) for day in (2, 0, 1)}
    assert card.parent
    await profiled(domain, actor, 3, replace(table(), fqn=card.parent.child("account")))

    read = domain.read.profile_history
    first = await read.page(actor.tenant, card, PageRequest(first=2))
    rest = await read.page(actor.tenant, card, PageRequest(first=2, after=first.items[-1][0]))
    backwards = await read.page(actor.tenant, card, PageRequest(last=1, before=first.items[-1][0]))

    assert [kept.run_id for _, kept in first.items] == [runs[2], runs[1]]
    assert [kept.table.row_count.value for _, kept in rest.items] == [10]
    assert [kept.run_id for _, kept in backwards.items] == [runs[2]]
    assert (first.has_next, rest.has_next, await read.count(actor.tenant, card)) == (True, False, 3)


async def test_profiles_of_one_moment_come_each_once(domain: Domain, actor: Actor, card: Fqn) -> None:
    runs = {await profiled(domain, actor, 0, table()) for _ in range(3)}
    found = []
    after = None
    while page := (await domain.read.profile_history.page(actor.tenant, card, PageRequest(first=1, after=after))).items:
        ((after, kept),) = page
        found.append(kept.run_id)

    assert (len(found), set(found)) == (3, runs)


@pytest.mark.parametrize("cursor", ["nonsense", "observed~2026-03-01~x", "observed~never~x", "opened~2026~x"])
async def test_a_foreign_cursor_is_refused(domain: Domain, actor: Actor, card: Fqn, cursor: str) -> None:
    with pytest.raises(Invalid):
        await domain.read.profile_history.page(actor.tenant, card, PageRequest(after=cursor))


async def test_the_columns_of_a_profile_are_those_of_its_run(domain: Domain, actor: Actor, card: Fqn) -> None:
    for day in (0, 1):
        await profiled(domain, actor, day, table(amounts(day), column(["x"], "code")))

    read = domain.read.profile_history
    (_, newest), (_, oldest) = (await read.page(actor.tenant, card, ALL)).items
    found = await read.columns(actor.tenant, [newest.id, oldest.id])

    assert [one.name for one in found[newest.id]] == ["amount", "code"]
    assert [found[one.id][0].top[0].value for one in (newest, oldest)] == ["1", "0"]


async def test_a_trend_has_a_point_for_each_profile_that_has_the_column(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    await profiled(domain, actor, 0, table(amounts(1, 3)))
    await profiled(domain, actor, 1, table(column(["x"], "code")))
    await profiled(domain, actor, 2, table(column(["5"])))
    await profiled(domain, actor, 3, table(amounts(5, 7)))

    page = await domain.read.profile_history.trend(actor.tenant, card.child("amount"), "numbers.mean", ALL)

    found = [(one.profile.table.observed_at, one.measurement and one.measurement.value) for _, one in page.items]
    assert found == [(NOW + timedelta(days=day), mean) for day, mean in ((3, 6.0), (2, None), (0, 2.0))]


async def test_only_a_column_has_a_trend(domain: Domain, actor: Actor, card: Fqn) -> None:
    with pytest.raises(Invalid, match="is not a column"):
        await domain.read.profile_history.trend(actor.tenant, card, "completeness", ALL)


async def test_drift_is_from_the_one_before_to_the_newest_unless_runs_are_named(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    runs = [await profiled(domain, actor, day, table(amounts(*[day] * 50), rows=100 + day)) for day in range(3)]
    compare = domain.read.profile_history.compare

    newest = await compare(actor.tenant, card)
    since_the_first = await compare(actor.tenant, card, before=runs[0])
    to_the_second = await compare(actor.tenant, card, after=runs[1])
    back = await compare(actor.tenant, card, before=runs[2], after=runs[0])

    compared = [(one.before.run_id, one.after.run_id) for one in (newest, since_the_first, to_the_second, back) if one]
    assert compared == [(runs[1], runs[2]), (runs[0], runs[2]), (runs[0], runs[1]), (runs[2], runs[0])]
    assert newest is not None
    assert (newest.drift.row_count.difference, newest.drift.row_count.change) == (1, Change.CHANGED)
    assert [(one.name, one.level) for one in newest.drift.columns] == [("amount", DriftLevel.SIGNIFICANT)]


async def test_without_two_profiles_there_is_nothing_to_compare(domain: Domain, actor: Actor, card: Fqn) -> None:
    compare = domain.read.profile_history.compare
    none = await compare(actor.tenant, card)
    run = await profiled(domain, actor, 0, table())

    assert (none, await compare(actor.tenant, card), await compare(actor.tenant, card, after=run)) == (None,) * 3
    assert await compare(actor.tenant, card, before=RunId(actor.tenant.project_id)) is None


async def test_who_sees_another_part_of_the_catalogue_sees_no_profile(domain: Domain, actor: Actor, card: Fqn) -> None:
    for day in (0, 1):
        await profiled(domain, actor, day, table(amounts(day)))
    elsewhere = replace(actor.tenant, within=(card.parent.child("account"),) if card.parent else ())
    inside = replace(actor.tenant, within=(card,))
    read = domain.read.profile_history

    seen = [
        (
            await read.count(tenant, card),
            len((await read.trend(tenant, card.child("amount"), "completeness", ALL)).items),
            await read.compare(tenant, card) is not None,
        )
        for tenant in (elsewhere, inside)
    ]

    assert seen == [(0, 0, False), (2, 2, True)]
