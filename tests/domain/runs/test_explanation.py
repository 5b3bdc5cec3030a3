"""Where a number comes from: down to the rule versions and the runs, and up again to the same digits."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.assets.model import AssetField
from domain.bootstrap import Domain
from domain.errors import NotFound
from domain.identity import Actor
from domain.metrics.model import Score, ScoreState
from domain.pages import PageRequest
from domain.runs.model import RunType
from tests.factories.assets import PUBLIC
from tests.factories.rules import active_rules, assess, executed, not_null
from tests.factories.runs import completed_run
from tests.factories.scenes import CARD, CARD_TRANSACTION, assess_metadata, ruled_bank
from tests.fakes.clock import NOON, HandClock

pytestmark = pytest.mark.db

AMOUNT = CARD.child("amount")
PAGE = PageRequest()


@pytest.fixture
def domain(timed_domain: Domain) -> Domain:
    """Everything here happens at a time that the test says."""
    return timed_domain


async def test_a_score_is_the_sum_of_its_cells_and_a_cell_the_sum_of_its_rules(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    (identified,) = await active_rules(domain, actor, CARD, not_null(CARD, "id"))
    results = [executed(rules[CARD], NOON, evaluated=3, failed=1), executed(identified, NOON, evaluated=7)]
    await assess(domain, actor, CARD, *results)
    await assess(domain, actor, CARD_TRANSACTION, executed(rules[CARD_TRANSACTION], NOON, evaluated=90, failed=9))

    found = await domain.read.explanations.explain(actor.tenant, PUBLIC, "complete_values", None, PAGE)

    assert found.result.line.score == Score(90, 100)
    cells = [cell for _, cell in found.cells.items]
    assert [str(cell.snapshot.asset) for cell in cells] == [
        "bank.main.public.card.amount",
        "bank.main.public.card.id",
        "bank.main.public.cardtransaction.amount",
    ]
    assert [cell.recomputed for cell in cells] == [Score(2, 3), Score(7, 7), Score(81, 90)]
    assert [cell.snapshot.score for cell in cells] == [cell.recomputed for cell in cells]
    (share,) = cells[0].rules
    assert (share.rule_id, share.rule_version, share.score) == (rules[CARD].id, 1, Score(2, 3))
    assert [cell.asset_version for cell in cells] == [1, 1, 1]


async def test_two_rules_of_one_dimension_share_a_cell(domain: Domain, actor: Actor) -> None:
    rules = await ruled_bank(domain, actor)
    (again,) = await active_rules(domain, actor, CARD, not_null(CARD))
    results = [executed(rules[CARD], NOON, evaluated=10, failed=1), executed(again, NOON, evaluated=5, failed=2)]
    await assess(domain, actor, CARD, *results)

    found = await domain.read.explanations.explain(actor.tenant, AMOUNT, "complete_values", None, PAGE)

    ((_, cell),) = found.cells.items
    assert {share.rule_id: share.score for share in cell.rules} == {
        rules[CARD].id: Score(9, 10),
        again.id: Score(3, 5),
    }
    assert cell.recomputed == cell.snapshot.score == Score(12, 15)


async def test_a_tombstone_names_the_save_and_the_past_keeps_its_derivation(
    domain: Domain, actor: Actor, clock: HandClock
) -> None:
    rules = await ruled_bank(domain, actor)
    await assess(domain, actor, CARD, executed(rules[CARD], NOON - timedelta(hours=1), failed=10))
    before = clock()
    clock.advance(minutes=1)
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.approve(actor, run.id)

    now = await domain.read.explanations.explain(actor.tenant, CARD, "complete_values", None, PAGE)
    then = await domain.read.explanations.explain(actor.tenant, CARD, "complete_values", before, PAGE)

    assert (now.result.line.state, now.result.line.score.value) == (ScoreState.PENDING, None)
    ((_, tombstone),) = now.cells.items
    assert (tombstone.snapshot.run_id, tombstone.rules, tombstone.recomputed) == (run.id, (), None)
    ((_, cell),) = then.cells.items
    assert then.result.line.score.value == Decimal("0.9")
    assert cell.recomputed == cell.snapshot.score == Score(90, 100)


async def test_metadata_names_the_version_that_was_measured(domain: Domain, actor: Actor, clock: HandClock) -> None:
    await ruled_bank(domain, actor)
    await assess_metadata(domain, actor, CARD, clock(), is_described=False)
    clock.advance(minutes=1)
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "A card."}, 1)

    found = await domain.read.explanations.explain(actor.tenant, CARD, "described", None, PAGE)

    ((_, cell),) = found.cells.items
    assert (cell.snapshot.score, cell.asset_version, cell.rules) == (Score(0, 1), 1, ())


async def test_a_metric_that_does_not_exist_is_named(domain: Domain, actor: Actor) -> None:
    with pytest.raises(NotFound, match="metric 'beauty'"):
        await domain.read.explanations.explain(actor.tenant, CARD, "beauty", None, PAGE)
