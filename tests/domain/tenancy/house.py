"""A project in which every kind of row exists, so that nobody can see nothing of it by accident."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import SQLModel

from domain.access.model import Role
from domain.assets.model import Asset, AssetField
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.db.tenancy import TenantRow
from domain.glossary.model import GlossaryTerm, TermEdit, TermStatus
from domain.identity import Actor
from domain.ledger.model import CallOutcome, KeptAnswer, LlmCall
from domain.members.model import Grant
from domain.migrations.registry import ROWS
from domain.pages import PageRequest
from domain.profiles.history import ProfileId
from domain.profiles.model import ColumnProfile, Measured, Method, Reading, TableProfile
from domain.rules.model import DqRule
from domain.runs.model import ProposedChange, RunId, RunType
from domain.triggers import Trigger
from domain.violations.model import Violation
from domain.workflows.model import Schedule, WorkflowConfiguration
from tests.factories.assets import FOUND_AT, PUBLIC
from tests.factories.configurations import add_configuration
from tests.factories.rules import evaluation
from tests.factories.runs import complete, described, request_run
from tests.factories.scenes import CARD, assess_all, ruled_bank
from tests.factories.violations import violations_in

HASH = "9f86d081"
_ALL: Sequence[type[SQLModel]] = ROWS
TENANT_ROWS = [row for row in _ALL if issubclass(row, TenantRow)]
TENANT_TABLES = tuple(str(row.__tablename__) for row in TENANT_ROWS)
SEVEN, READING = Measured(7, Method.EXACT), Reading(Method.EXACT, 7, 7)
AMOUNT = ColumnProfile("amount", "numeric", READING, 7, 0, distinct=SEVEN, unique_once=SEVEN, actual_types={})
PROFILED = CARD.child(AMOUNT.name)
PROFILE = TableProfile(CARD, FOUND_AT, SEVEN, READING, (AMOUNT,))
CALL = LlmCall(
    provider="openai",
    model="gpt-4o",
    purpose="describe_table@1",
    asset=CARD,
    started_at=FOUND_AT,
    seconds=0.5,
    attempts=1,
    input_tokens=10,
    output_tokens=5,
    cost_usd=Decimal("0.01"),
    masked_columns=(),
    content_hash=HASH,
    outcome=CallOutcome.ANSWERED,
)


@dataclass(frozen=True, slots=True)
class House:
    """What the owner has; whoever is handed it tries to get at it."""

    domain: Domain
    connection: DataConnection
    card: Asset
    profiling: RunId
    enrichment: RunId
    outdated: RunId
    """A completed run of which nobody has decided yet, whose change is based on what is gone."""
    waiting: RunId
    """A completed run of which nobody has decided yet."""
    tried: RunId
    """A run that tried a rule."""
    change: ProposedChange
    profile: ProfileId
    rule: DqRule
    violation: Violation
    term: GlossaryTerm
    configuration: WorkflowConfiguration
    """Enabled, and started by a schedule and by every Save."""


async def build(domain: Domain, owner: Actor) -> House:
    rules = await ruled_bank(domain, owner)
    await assess_all(domain, owner, rules, domain.clock())
    (violation,) = await violations_in(domain, owner, CARD)
    undone = await _profiling(domain, owner)
    await domain.approvals.approve(owner, undone)
    await domain.approvals.undo(owner, undone)
    profiling, waiting = await _profiling(domain, owner), await _profiling(domain, owner)
    await domain.approvals.approve(owner, profiling)
    await assess_all(domain, owner, rules, domain.clock())
    enrichment, outdated = [await _outdated_enrichment(domain, owner, version) for version in (1, 2)]
    await domain.approvals.approve(owner, enrichment)
    term = await domain.glossary.upsert(owner, TermEdit("Card", "What people pay with.", (), TermStatus.APPROVED))
    await domain.glossary_links.link(owner, term.id, [CARD])
    assert PUBLIC.parent
    await domain.assets.register(owner, "bank", PUBLIC.parent, "registered")
    await domain.members.grant(owner, "bob", Grant(Role.VIEWER, (CARD,)))
    await domain.tokens.create(owner, "nightly", Grant(Role.OPERATOR), None)
    await domain.ledger.keep(owner, KeptAnswer(HASH, "{}", 10, 5))
    while await domain.delivery.number():
        pass
    profiles = await domain.read.profile_history.page(owner.tenant, CARD, PageRequest())
    changes = await domain.read.runs.changes(owner.tenant, enrichment, (), PageRequest())
    return House(
        domain=domain,
        connection=await _named(domain, owner),
        card=(await domain.read.assets.by_fqns(owner.tenant, [CARD]))[CARD],
        profiling=profiling,
        enrichment=enrichment,
        outdated=outdated,
        waiting=waiting,
        tried=await _trial(domain, owner, rules[CARD]),
        change=changes.items[0][1],
        profile=profiles.items[0][1].id,
        rule=rules[CARD],
        violation=violation,
        term=term,
        configuration=await add_configuration(
            domain, owner, CARD, schedule=Schedule("0 4 * * *"), triggers=frozenset({Trigger.RUN_SAVED})
        ),
    )


async def _named(domain: Domain, owner: Actor) -> DataConnection:
    found = await domain.read.connections.named(owner.tenant, "bank")
    assert found is not None
    return found


async def _profiling(domain: Domain, owner: Actor) -> RunId:
    run = await request_run(domain, owner, RunType.PROFILING, CARD)
    await domain.items.open_items(owner, run.id)
    await domain.items.finish_profiled(owner, run.id, PROFILE)
    await domain.runs.log(owner, run.id, "INFO", "profiled")
    await complete(domain, owner, run.id)
    return run.id


async def _trial(domain: Domain, owner: Actor, rule: DqRule) -> RunId:
    run = await domain.trials.start(owner, rule.id)
    await domain.items.open_items(owner, run.id)
    await domain.trials.finish(owner, run.id, CARD, evaluation(FOUND_AT))
    await complete(domain, owner, run.id)
    return run.id


async def _outdated_enrichment(domain: Domain, owner: Actor, version: int) -> RunId:
    """Its change is based on this version of the table, which is edited since."""
    run = await request_run(domain, owner, RunType.METADATA_ENRICHMENT, CARD)
    await domain.items.open_items(owner, run.id)
    await domain.items.finish_enriched(owner, run.id, CARD, [described(CARD, "A card.")], {CARD: version}, [CALL])
    await complete(domain, owner, run.id)
    await domain.assets.update(owner, CARD, {AssetField.OWNER: f"Cards team {version}"}, version)
    return run.id
