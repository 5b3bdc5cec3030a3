"""What a Save does with each proposed change: applied, in conflict, left to a person, or rejected."""

from collections.abc import Sequence

import pytest

from domain.assets.model import Asset, AssetField, FieldOrigin, Sensitivity
from domain.bootstrap import Domain
from domain.errors import Invalid, NotFound
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.pages import PageRequest
from domain.rules.model import RuleState
from domain.runs.decisions import ChangeDecision
from domain.runs.model import ChangeId, ChangeOutcome, Decision, ProposedChange, RunNotApprovable, RunType, WorkflowRun
from domain.runs.queries import RunFilter
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.rules import not_null, proposed_rules, unique
from tests.factories.runs import complete, described, enriched_run, request_run

pytestmark = pytest.mark.db

CARD = PUBLIC.child("card")
AMOUNT = CARD.child("amount")


@pytest.fixture
async def catalogue(domain: Domain, actor: Actor) -> None:
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card")


async def changes(domain: Domain, actor: Actor, run: WorkflowRun) -> list[ProposedChange]:
    page = await domain.read.runs.changes(actor.tenant, run.id, (), PageRequest(first=100))
    return [change for _, change in page.items]


async def asset(domain: Domain, actor: Actor, fqn: Fqn = CARD) -> Asset:
    found = await domain.read.assets.find(actor.tenant, fqn)
    assert found is not None
    return found


async def suggested(domain: Domain, actor: Actor, text: str = "A payment card.") -> WorkflowRun:
    return await enriched_run(domain, actor, CARD, [described(CARD, text)])


async def test_accepted_changes_make_one_new_version_an_asset(domain: Domain, actor: Actor, catalogue: None) -> None:
    run = await enriched_run(
        domain,
        actor,
        CARD,
        [
            described(CARD, "A payment card."),
            described(CARD, Sensitivity.INTERNAL, AssetField.SENSITIVITY),
            described(AMOUNT, "What was paid."),
        ],
    )

    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert (approval.applied, approval.conflicts) == (3, 0)
    card, amount = await asset(domain, actor), await asset(domain, actor, AMOUNT)
    assert (card.version, amount.version) == (2, 2)
    assert card.value(AssetField.DESCRIPTION) == "A payment card."
    assert card.value(AssetField.SENSITIVITY) == "INTERNAL"
    written = amount.fields[AssetField.DESCRIPTION]
    assert (written.origin, written.confidence, written.run_id) == (FieldOrigin.GENERATED, 0.9, run.id)


async def test_a_change_whose_base_version_is_gone_is_a_conflict_of_its_own(
    domain: Domain, actor: Actor, catalogue: None
) -> None:
    run = await enriched_run(domain, actor, CARD, [described(CARD, "A card."), described(AMOUNT, "What was paid.")])
    await domain.assets.update(actor, CARD, {AssetField.OWNER: "Cards team"}, 1)

    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert (approval.applied, approval.conflicts) == (1, 1)
    assert {change.asset: change.outcome for change in await changes(domain, actor, run)} == {
        CARD: ChangeOutcome.CONFLICT,
        AMOUNT: ChangeOutcome.APPLIED,
    }
    assert [change.asset for change in await domain.read.runs.conflicts(actor.tenant, run.id)] == [CARD]
    assert (await asset(domain, actor)).value(AssetField.DESCRIPTION) is None


async def test_a_persons_value_is_kept(domain: Domain, actor: Actor, catalogue: None) -> None:
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "My own words."}, 1)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "A payment card.")], {CARD: 2})

    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert (approval.applied, approval.conflicts) == (0, 0)
    assert [change.outcome for change in await changes(domain, actor, run)] == [ChangeOutcome.KEPT_HUMAN]
    card = await asset(domain, actor)
    assert (card.value(AssetField.DESCRIPTION), card.version) == ("My own words.", 2)


async def test_a_released_value_may_be_replaced(domain: Domain, actor: Actor, catalogue: None) -> None:
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "My own words."}, 1)
    await domain.assets.release(actor, CARD, AssetField.DESCRIPTION, 2)
    run = await enriched_run(domain, actor, CARD, [described(CARD, "A payment card.")], {CARD: 3})

    await domain.approvals.approve(actor, run.id)

    assert (await asset(domain, actor)).value(AssetField.DESCRIPTION) == "A payment card."


async def test_what_an_asset_says_already_is_not_proposed(domain: Domain, actor: Actor, catalogue: None) -> None:
    await domain.approvals.approve(actor, (await suggested(domain, actor)).id)

    run = await enriched_run(domain, actor, CARD, [described(CARD, "A payment card.")], {CARD: 2})

    assert await changes(domain, actor, run) == []


async def test_rejected_changes_stay_out_and_edited_ones_become_the_persons_own(
    domain: Domain, actor: Actor, catalogue: None
) -> None:
    run = await enriched_run(domain, actor, CARD, [described(CARD, "A card."), described(AMOUNT, "What was paid.")])
    ids = {change.asset: change.id for change in await changes(domain, actor, run)}

    await decide(
        domain,
        actor,
        run,
        [ChangeDecision(ids[CARD], Decision.REJECTED), ChangeDecision(ids[AMOUNT], Decision.ACCEPTED, "Cents paid.")],
    )
    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert approval.applied == 1
    assert (await asset(domain, actor)).value(AssetField.DESCRIPTION) is None
    written = (await asset(domain, actor, AMOUNT)).fields[AssetField.DESCRIPTION]
    assert (written.value, written.origin) == ("Cents paid.", FieldOrigin.HUMAN)


async def decide(domain: Domain, actor: Actor, run: WorkflowRun, decisions: Sequence[ChangeDecision]) -> None:
    decided = await domain.approvals.decide_changes(actor, run.id, decisions)
    assert [(change.id, change.decision) for change in decided] == [(one.id, one.decision) for one in decisions]


async def test_decisions_that_cannot_be_are_refused_together(domain: Domain, actor: Actor, catalogue: None) -> None:
    run = await suggested(domain, actor)
    (change,) = await changes(domain, actor, run)
    accepted = ChangeDecision(change.id, Decision.ACCEPTED)

    with pytest.raises(NotFound, match="There is no proposed change"):
        await domain.approvals.decide_changes(
            actor, run.id, [accepted, ChangeDecision(ChangeId(new_id()), Decision.ACCEPTED)]
        )
    with pytest.raises(Invalid, match="cannot be blank"):
        await domain.approvals.decide_changes(actor, run.id, [ChangeDecision(change.id, Decision.ACCEPTED, " ")])
    with pytest.raises(Invalid, match="1 to 10,000 decisions"):
        await domain.approvals.decide_changes(actor, run.id, [])

    assert await changes(domain, actor, run) == [change]


async def test_nothing_is_decided_before_the_run_is_complete(domain: Domain, actor: Actor, catalogue: None) -> None:
    run = await request_run(domain, actor, RunType.METADATA_ENRICHMENT, CARD)
    await domain.items.open_items(actor, run.id)
    await domain.items.finish_enriched(actor, run.id, CARD, [described(CARD, "A card.")], {CARD: 1}, [])
    (change,) = await changes(domain, actor, run)

    with pytest.raises(RunNotApprovable):
        await domain.approvals.decide_changes(actor, run.id, [ChangeDecision(change.id, Decision.REJECTED)])


async def test_accepted_rules_become_active_and_rejected_ones_retired(
    domain: Domain, actor: Actor, catalogue: None
) -> None:
    wanted, unwanted = await proposed_rules(domain, actor, CARD, not_null(CARD), unique(CARD))
    (_, run), *_ = (await runs_of(domain, actor, RunType.DQ_RULE_GENERATION)).items()
    await complete(domain, actor, run.id)
    ids = {change.rule_id: change.id for change in await changes(domain, actor, run)}
    await decide(domain, actor, run, [ChangeDecision(ids[unwanted.id], Decision.REJECTED)])

    await domain.approvals.approve(actor, run.id)

    found = await domain.read.rules.by_ids(actor.tenant, [wanted.id, unwanted.id])
    assert (found[wanted.id].state, found[unwanted.id].state) == (RuleState.ACTIVE, RuleState.RETIRED)


async def runs_of(domain: Domain, actor: Actor, run_type: RunType) -> dict[object, WorkflowRun]:
    page = await domain.read.runs.page(actor.tenant, None, RunFilter(types=(run_type,)), PageRequest())
    return {run.id: run for _, run in page.items}


async def test_a_rule_that_left_its_draft_meanwhile_is_a_conflict(
    domain: Domain, actor: Actor, catalogue: None
) -> None:
    (rule,) = await proposed_rules(domain, actor, CARD, not_null(CARD))
    (_, run), *_ = (await runs_of(domain, actor, RunType.DQ_RULE_GENERATION)).items()
    await complete(domain, actor, run.id)
    await domain.rule_states.change(actor, [rule.id], RuleState.RETIRED)

    approval = (await domain.approvals.approve(actor, run.id)).approval

    assert (approval.applied, approval.conflicts) == (0, 1)
    assert (await domain.read.rules.by_ids(actor.tenant, [rule.id]))[rule.id].state is RuleState.RETIRED
