"""Changing what is scored: every change is a version, bad weights are refused, and the past keeps its own weights."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.bootstrap import Domain
from domain.errors import Forbidden, Invalid, NotFound, VersionConflict
from domain.identity import Actor, Permission
from domain.metrics.model import AssessmentType, Dimension, Metric, ScoreState
from domain.metrics.seeds import DIMENSIONS
from domain.runs.model import RunType
from tests.factories.rules import active_rules, assess, executed, unique
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, assess_all, ruled_bank
from tests.fakes.clock import NOON, HandClock

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    """Everything here happens at a time that the test says."""
    return timed_domain


async def dimension(domain: Domain, actor: Actor, name: str = "completeness") -> Dimension:
    return next(one for one in await domain.read.scorecards.dimensions(actor.tenant) if one.name == name)


async def metric(domain: Domain, actor: Actor, name: str = "described") -> Metric:
    return next(one for one in await domain.read.scorecards.metrics(actor.tenant) if one.name == name)


async def test_a_weight_is_a_new_version(domain: Domain, actor: Actor) -> None:
    changed = await domain.metrics.update_dimension(actor, "completeness", 1, weight=Decimal("2.5"))

    assert (changed.weight, changed.version) == (Decimal("2.5"), 2)
    assert await dimension(domain, actor) == changed
    assert [one.name for one in await domain.read.scorecards.dimensions(actor.tenant)] == [one[0] for one in DIMENSIONS]


async def test_what_is_not_given_stays(domain: Domain, actor: Actor) -> None:
    await domain.metrics.update_dimension(actor, "completeness", 1, weight=Decimal(3))

    changed = await domain.metrics.update_dimension(actor, "completeness", 2, description="No gaps.")

    assert (changed.weight, changed.description, changed.version) == (Decimal(3), "No gaps.", 3)


@pytest.mark.parametrize("weight", ["-0.1", "NaN", "sNaN", "Infinity", "-Infinity"])
async def test_a_weight_that_is_negative_or_not_finite_is_refused(weight: str, domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match="The weight of completeness is negative or not finite") as refused:
        await domain.metrics.update_dimension(actor, "completeness", 1, weight=Decimal(weight))

    assert refused.value.problems[0].path == "weight"
    assert (await dimension(domain, actor)).version == 1


async def test_the_last_weight_cannot_become_zero(domain: Domain, actor: Actor) -> None:
    *others, (last, _, _) = DIMENSIONS
    for name, _, _ in others:
        await domain.metrics.update_dimension(actor, name, 1, weight=Decimal(0))

    with pytest.raises(Invalid, match="All weights are zero; at least one dimension has to count"):
        await domain.metrics.update_dimension(actor, last, 1, weight=Decimal(0))

    assert (await dimension(domain, actor, last)).weight == 1


async def test_a_change_names_the_version_that_it_is_based_on(domain: Domain, actor: Actor) -> None:
    await domain.metrics.update_dimension(actor, "completeness", 1, weight=Decimal(2))

    with pytest.raises(VersionConflict, match="Dimension 'completeness' is at version 2, not 1"):
        await domain.metrics.update_dimension(actor, "completeness", 1, weight=Decimal(3))
    with pytest.raises(NotFound, match="There is no dimension 'beauty'"):
        await domain.metrics.update_dimension(actor, "beauty", 1, weight=Decimal(3))
    with pytest.raises(Invalid, match="Say what is to change about the dimension"):
        await domain.metrics.update_dimension(actor, "completeness", 2)

    assert (await dimension(domain, actor)).weight == 2


async def test_of_two_who_change_a_weight_at_once_one_is_told_so(domain: Domain, actor: Actor) -> None:
    weights = [Decimal(number) for number in range(2, 8)]

    results = await asyncio.gather(
        *(domain.metrics.update_dimension(actor, "completeness", 1, weight=weight) for weight in weights),
        return_exceptions=True,
    )

    (winner,) = [one for one in results if isinstance(one, Dimension)]
    assert [type(one) for one in results].count(VersionConflict) == len(weights) - 1
    assert await dimension(domain, actor) == winner


async def test_who_may_not_write_changes_nothing(domain: Domain, actor: Actor) -> None:
    operator = Actor(actor.tenant, "otto", permissions=frozenset({Permission.READ, Permission.RUN}))

    with pytest.raises(Forbidden, match="otto may not do this"):
        await domain.metrics.update_dimension(operator, "completeness", 1, weight=Decimal(2))
    with pytest.raises(Forbidden, match="otto may not do this"):
        await domain.metrics.update_metric(operator, "described", 1, target=Decimal(1))
    with pytest.raises(Forbidden, match="otto may not do this"):
        await domain.metrics.set_invalidation(operator, "profiling", [], 1)

    assert (await dimension(domain, actor)).version == 1


async def test_a_target_is_set_and_cleared(domain: Domain, actor: Actor) -> None:
    assert (await metric(domain, actor)).target is None

    await domain.metrics.update_metric(actor, "described", 1, target=Decimal("0.95"))
    assert (await metric(domain, actor)).target == Decimal("0.95")

    await domain.metrics.update_metric(actor, "described", 2, clear_target=True)
    assert ((await metric(domain, actor)).target, (await metric(domain, actor)).version) == (None, 3)


@pytest.mark.parametrize("target", ["-0.01", "1.01", "NaN", "Infinity"])
async def test_a_target_is_a_share(target: str, domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match="A target is a share from 0 to 1") as refused:
        await domain.metrics.update_metric(actor, "described", 1, target=Decimal(target))

    assert refused.value.problems[0].path == "target"
    assert (await metric(domain, actor)).version == 1


async def test_a_target_is_not_given_and_cleared_at_once(domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match="Give a target or clear it, not both"):
        await domain.metrics.update_metric(actor, "described", 1, target=Decimal(1), clear_target=True)


@pytest.mark.parametrize("text", ["", "   ", "n" * 1001])
async def test_a_description_says_something_and_not_too_much(text: str, domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match="A description has 1 to 1,000 characters"):
        await domain.metrics.update_metric(actor, "described", 1, description=text)


async def test_a_save_makes_stale_what_the_mapping_of_its_time_says(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON - HOUR)
    await domain.metrics.set_invalidation(actor, "profiling", [], 1)
    harmless = await completed_run(domain, actor, RunType.PROFILING, CARD)
    assert (await domain.approvals.approve(actor, harmless.id)).approval.invalidated_cells == 0

    both = [AssessmentType.METADATA, AssessmentType.DATA_QUALITY, AssessmentType.METADATA]
    changed = await domain.metrics.set_invalidation(actor, "profiling", both, 2)

    assert (changed.assessment_types, changed.version) == ((AssessmentType.DATA_QUALITY, AssessmentType.METADATA), 3)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    assert (await domain.approvals.approve(actor, run.id)).approval.invalidated_cells == 1


async def test_an_undo_restores_what_was_hidden_by_the_mapping_of_the_time_of_the_save(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON - HOUR)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)
    await domain.metrics.set_invalidation(actor, "profiling", [], 1)

    assert (await domain.approvals.undo(actor, run.id)).undone.cells == 1


async def test_the_past_keeps_the_weights_of_its_time(domain: Domain, actor: Actor, clock: HandClock) -> None:
    rules = await ruled_bank(domain, actor)
    (key,) = await active_rules(domain, actor, CARD, unique(CARD))
    await assess(domain, actor, CARD, executed(rules[CARD], NOON, failed=40), executed(key, NOON, failed=10))
    for hour, weight in ((1, Decimal(2)), (2, Decimal(0))):
        clock.now = NOON + hour * HOUR
        await domain.metrics.update_dimension(actor, "completeness", hour, weight=weight)
    moments = [NOON, NOON + HOUR, NOON + 2 * HOUR, None]

    cards = [await domain.read.scorecards.scorecard(actor.tenant, CARD, moment) for moment in moments]

    assert [str(card.value) for card in cards] == ["0.75", "0.7", "0.9", "0.9"]
    overridden = await domain.read.scorecards.scorecard(actor.tenant, CARD, NOON + HOUR, {"completeness": Decimal(1)})
    assert str(overridden.value) == "0.75"


async def test_a_dimension_of_no_weight_leaves_the_card_without_a_score(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON)
    await domain.metrics.update_dimension(actor, "completeness", 1, weight=Decimal(0))

    card = await domain.read.scorecards.scorecard(actor.tenant, CARD)

    assert (card.value, card.state) == (None, ScoreState.NOT_ASSESSED)
