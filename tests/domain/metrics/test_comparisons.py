"""Scorecards side by side: which part pulls a scope down, and how a score came about over time."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.bootstrap import Domain
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import ScoreState
from domain.rules.model import DqRule
from domain.runs.model import RunType
from tests.factories.assets import PUBLIC, found_schema, store_schemas
from tests.factories.rules import active_rules, assess, executed, unique
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_metadata, ruled_bank
from tests.fakes.clock import NOON, HandClock

pytestmark = pytest.mark.db

BANK, MAIN = Fqn.of("bank"), Fqn.of("bank", "main")
AMOUNT = CARD.child("amount")
HOUR = timedelta(hours=1)


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    """Everything here happens at a time that the test says."""
    return timed_domain


@pytest.fixture
async def rules(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    """A small table with few gaps, and a large one with many."""
    rules = await ruled_bank(domain, actor)
    await assess(domain, actor, CARD, executed(rules[CARD], NOON, evaluated=100, failed=10))
    await assess(domain, actor, CARD_TRANSACTION, executed(rules[CARD_TRANSACTION], NOON, evaluated=900, failed=190))
    return rules


async def children(domain: Domain, actor: Actor, scope: Fqn, **given: object) -> list[tuple[str, str]]:
    """Each child with what it takes away."""
    found = await domain.read.comparisons.children(actor.tenant, scope, **given)  # type: ignore[arg-type]  # as given
    return [(str(one.card.scope), str(one.lost)) for one in found]


async def test_the_child_that_takes_most_away_comes_first(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    found = await domain.read.comparisons.children(actor.tenant, PUBLIC)

    assert [(one.card.scope, str(one.card.value), str(one.lost)) for one in found] == [
        (CARD_TRANSACTION, "0.7888888888888888888888888889", "0.19"),
        (CARD, "0.9", "0.01"),
    ]
    whole = await domain.read.scorecards.scorecard(actor.tenant, PUBLIC)
    assert whole.value == 1 - sum((one.lost for one in found), Decimal(0)) == Decimal("0.8")


async def test_at_every_level_the_children_are_what_stands_directly_below(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    await assess_metadata(domain, actor, CARD, NOON, is_described=True)

    assert await children(domain, actor, BANK) == [("bank.main", "0.1")]
    assert await children(domain, actor, MAIN) == [("bank.main.public", "0.1")]
    assert await children(domain, actor, CARD) == [(str(AMOUNT), "0.05"), (str(CARD), "0")]
    assert await children(domain, actor, AMOUNT) == [(str(AMOUNT), "0.1")]


async def test_a_child_weighs_as_much_as_its_dimension(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    (key,) = await active_rules(domain, actor, CARD, unique(CARD))
    await assess(domain, actor, CARD, executed(key, NOON, failed=50))

    assert await children(domain, actor, PUBLIC) == [(str(CARD), "0.255"), (str(CARD_TRANSACTION), "0.095")]
    only_completeness = {"uniqueness": Decimal(0)}
    assert await children(domain, actor, PUBLIC, overrides=only_completeness) == [
        (str(CARD_TRANSACTION), "0.19"),
        (str(CARD), "0.01"),
    ]


async def test_a_child_without_a_score_takes_nothing_away_and_is_shown(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD_TRANSACTION)
    await domain.approvals.approve(actor, run.id)

    first, second = await domain.read.comparisons.children(actor.tenant, PUBLIC)

    assert (first.card.scope, str(first.lost)) == (CARD, "0.1")
    assert (second.card.scope, second.card.state, str(second.lost)) == (CARD_TRANSACTION, ScoreState.PENDING, "0")


async def test_the_children_of_the_past_are_ranked_as_they_were(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    clock.advance(hours=1)
    await assess(domain, actor, CARD_TRANSACTION, executed(rules[CARD_TRANSACTION], clock(), evaluated=900))

    assert await children(domain, actor, PUBLIC, as_of=NOON) == [(str(CARD_TRANSACTION), "0.19"), (str(CARD), "0.01")]
    assert await children(domain, actor, PUBLIC) == [(str(CARD), "0.01"), (str(CARD_TRANSACTION), "0")]


async def test_a_table_that_vanished_is_no_child_any_more(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    gone_at = clock.advance(hours=1)
    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, "card", observed_at=gone_at)])

    assert await children(domain, actor, PUBLIC) == [(str(CARD), "0.1")]
    assert len(await children(domain, actor, PUBLIC, as_of=NOON)) == 2


@pytest.mark.parametrize("limit", [0, 101])
async def test_a_list_of_children_has_1_to_100(limit: int, domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match="first lies between 1 and 100") as refused:
        await children(domain, actor, PUBLIC, limit=limit)

    assert refused.value.problems[0].path == "first"


async def test_the_worst_children_are_kept_when_there_are_too_many(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    assert await children(domain, actor, PUBLIC, limit=1) == [(str(CARD_TRANSACTION), "0.19")]


async def values(domain: Domain, actor: Actor, hours: int, buckets: int) -> list[str]:
    """The trend of the card from noon on."""
    points = await domain.read.comparisons.trend(actor.tenant, CARD, NOON, NOON + hours * HOUR, buckets)
    return [str(point.value) for point in points]


async def test_a_trend_shows_the_score_at_the_end_of_each_part(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    for minutes, failed in ((90, 20), (120, 30), (150, 40)):
        await assess(domain, actor, CARD, executed(rules[CARD], NOON + timedelta(minutes=minutes), failed=failed))

    points = await domain.read.comparisons.trend(actor.tenant, CARD, NOON, NOON + 4 * HOUR, 4)

    assert [point.as_of for point in points] == [NOON + hour * HOUR for hour in (1, 2, 3, 4)]
    assert [str(point.value) for point in points] == ["0.9", "0.7", "0.6", "0.6"]
    for point in points:
        card = await domain.read.scorecards.scorecard(actor.tenant, CARD, point.as_of)
        assert card.dimensions == point.dimensions


async def test_a_trend_has_a_gap_where_a_save_hid_the_score(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    clock.now = NOON + 1.5 * HOUR
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    await assess(domain, actor, CARD, executed(rules[CARD], NOON + 2.5 * HOUR, failed=20))

    assert await values(domain, actor, 3, 3) == ["0.9", "None", "0.8"]


async def test_a_save_that_was_undone_leaves_no_dent_once_it_is_undone(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    clock.now = NOON + 1.5 * HOUR
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    clock.now = NOON + 2.5 * HOUR
    await domain.approvals.undo(actor, run.id)

    assert await values(domain, actor, 2, 2) == ["0.9", "None"]
    assert await values(domain, actor, 3, 3) == ["0.9", "0.9", "0.9"]


async def test_all_points_of_a_trend_are_weighed_alike(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], clock: HandClock
) -> None:
    (key,) = await active_rules(domain, actor, CARD, unique(CARD))
    await assess(domain, actor, CARD, executed(key, NOON, failed=50))
    clock.now = NOON + 1.5 * HOUR
    await domain.metrics.update_dimension(actor, "completeness", 1, weight=Decimal(3))

    assert await values(domain, actor, 1, 1) == ["0.7"]
    assert await values(domain, actor, 2, 2) == ["0.8", "0.8"]


async def test_a_trend_begins_with_what_was_measured_before_it(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    begin, end = NOON + HOUR, NOON + 2 * HOUR
    points = await domain.read.comparisons.trend(actor.tenant, CARD, begin, end, 1)
    earlier = await domain.read.comparisons.trend(actor.tenant, CARD, NOON - 2 * HOUR, NOON - HOUR, 1)

    assert [str(point.value) for point in points] == ["0.9"]
    assert [point.state for point in earlier] == [ScoreState.NOT_ASSESSED]


@pytest.mark.parametrize(
    ("hours", "buckets", "field"), [(0, 3, "from"), (-1, 3, "from"), (1, 0, "buckets"), (1, 201, "buckets")]
)
async def test_a_period_that_cannot_be_is_refused(
    hours: int, buckets: int, field: str, domain: Domain, actor: Actor
) -> None:
    with pytest.raises(Invalid) as refused:
        await domain.read.comparisons.trend(actor.tenant, CARD, NOON, NOON + hours * HOUR, buckets)

    assert refused.value.problems[0].path == field
