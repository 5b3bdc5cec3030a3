"""The scorecard of a scope: N/A after a Save, back after the next assessment, and the past exactly as it was."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.bootstrap import Domain
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import DimensionScore, Score, ScoreState
from domain.pages import PageRequest
from domain.runs.model import RunType
from tests.factories.assets import PUBLIC
from tests.factories.rules import active_rules, assess, executed, unique
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_all, ruled_bank
from tests.fakes.clock import NOON, HandClock

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    """Everything here happens at a time that the test says."""
    return timed_domain


async def dimension(domain: Domain, actor: Actor, scope: Fqn, name: str = "completeness") -> DimensionScore:
    card = await domain.read.scorecards.scorecard(actor.tenant, scope)
    return next(line for line in card.dimensions if line.dimension.name == name)


async def test_what_was_never_assessed_has_no_score(domain: Domain, actor: Actor) -> None:
    card = await domain.read.scorecards.scorecard(actor.tenant, PUBLIC)

    assert (card.state, card.value) == (ScoreState.NOT_ASSESSED, None)
    assert {line.line.state for line in card.dimensions} == {ScoreState.NOT_ASSESSED}
    assert len(card.dimensions) == 13


async def test_a_scope_adds_up_its_tables(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess(domain, actor, CARD, executed(rules[CARD], NOON, evaluated=3, failed=1))
    transaction = executed(rules[CARD_TRANSACTION], NOON - HOUR, evaluated=997)
    await assess(domain, actor, CARD_TRANSACTION, transaction)

    found = (await dimension(domain, actor, PUBLIC)).line

    assert found.score == Score(999, 1000)
    assert (found.assets_assessed, found.assets_pending, found.observed_at) == (2, 0, NOON)
    card = await domain.read.scorecards.scorecard(actor.tenant, PUBLIC)
    assert card.value == Decimal("0.999")


async def test_after_a_save_the_score_is_pending_and_null_until_the_next_assessment(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON - HOUR)
    run = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)
    await domain.approvals.approve(actor, run.id)

    pending = (await dimension(domain, actor, PUBLIC)).line
    assert (pending.state, pending.score.value) == (ScoreState.PENDING, None)
    assert (pending.assets_assessed, pending.assets_pending, pending.observed_at) == (0, 2, None)
    assert (await domain.read.scorecards.scorecard(actor.tenant, PUBLIC)).value is None

    read_at = clock.advance(hours=1)
    await assess_all(domain, actor, rules, read_at, failed=0)

    scored = (await dimension(domain, actor, PUBLIC)).line
    assert (scored.state, scored.score, scored.assets_pending) == (ScoreState.SCORED, Score(200, 200), 0)


async def test_pending_cells_stay_out_of_the_score_of_the_others(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON - HOUR)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)

    found = (await dimension(domain, actor, PUBLIC)).line

    assert (found.score, found.assets_assessed, found.assets_pending) == (Score(90, 100), 1, 1)


async def test_the_past_is_shown_exactly(domain: Domain, actor: Actor, clock: HandClock) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON - 2 * HOUR, failed=10)
    await assess_all(domain, actor, rules, NOON - HOUR, failed=20)
    run = await completed_run(domain, actor, RunType.PROFILING, PUBLIC)
    await domain.approvals.approve(actor, run.id)
    await assess_all(domain, actor, rules, NOON + HOUR, failed=30)
    clock.advance(hours=2)

    moments = [NOON - 3 * HOUR, NOON - 2 * HOUR, NOON - HOUR, NOON, NOON + HOUR, None]
    cards = [await domain.read.scorecards.scorecard(actor.tenant, PUBLIC, moment) for moment in moments]

    assert [str(card.value) for card in cards] == ["None", "0.9", "0.8", "None", "0.7", "0.7"]
    assert [card.state for card in cards] == [
        ScoreState.NOT_ASSESSED,
        ScoreState.SCORED,
        ScoreState.SCORED,
        ScoreState.PENDING,
        ScoreState.SCORED,
        ScoreState.SCORED,
    ]


async def test_a_result_that_is_stored_late_does_not_hide_a_newer_one(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON, failed=0)
    await assess_all(domain, actor, rules, NOON - HOUR, failed=50)

    assert (await dimension(domain, actor, PUBLIC)).line.score.value == 1


async def test_rules_of_one_dimension_on_one_asset_are_added_up(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    (key,) = await active_rules(domain, actor, CARD, unique(CARD))
    await assess(domain, actor, CARD, executed(rules[CARD], NOON, failed=40), executed(key, NOON, failed=10))

    card = await domain.read.scorecards.scorecard(actor.tenant, CARD)

    assert {
        line.dimension.name: str(line.line.score.value) for line in card.dimensions if line.line.score.denominator
    } == {
        "completeness": "0.6",
        "uniqueness": "0.9",
    }
    assert str(card.value) == "0.75"
    weighted = await domain.read.scorecards.scorecard(
        actor.tenant, CARD, overrides={"uniqueness": Decimal(2), "completeness": Decimal(1)}
    )
    assert str(weighted.value) == "0.8"


async def test_a_rule_that_had_nothing_to_evaluate_leaves_no_tombstone(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess(domain, actor, CARD, executed(rules[CARD], NOON, evaluated=0))

    assert (await dimension(domain, actor, CARD)).line.state is ScoreState.NOT_ASSESSED


async def test_an_execution_that_is_no_assessment_leaves_no_score(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess(domain, actor, CARD, executed(rules[CARD], NOON, failed=10), scored=False)

    assert (await dimension(domain, actor, CARD)).line.state is ScoreState.NOT_ASSESSED


async def test_unknown_dimensions_are_refused(domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match="There is no dimension 'beauty'"):
        await domain.read.scorecards.scorecard(actor.tenant, PUBLIC, overrides={"beauty": Decimal(1)})


async def test_the_cells_are_read_page_by_page_in_both_directions(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    await assess_all(domain, actor, rules, NOON)
    cells = domain.read.scorecards.cells

    first = await cells(actor.tenant, PUBLIC, None, PageRequest(first=1))
    (key, cell), *_ = first.items
    after = await cells(actor.tenant, PUBLIC, None, PageRequest(first=1, after=key))
    last = await cells(actor.tenant, PUBLIC, None, PageRequest(last=1))

    assert (cell.asset, cell.metric, cell.score) == (CARD.child("amount"), "complete_values", Score(90, 100))
    assert (first.has_next, after.has_next) == (True, False)
    assert after.items == last.items
    assert after.items[0][1].asset == CARD_TRANSACTION.child("amount")
