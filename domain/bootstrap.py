"""The one place where the domain is put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.access.service import AccessService
from domain.assets.curation import CurationService
from domain.assets.history import HistoryQueries
from domain.assets.queries import AssetQueries
from domain.assets.service import AssetService
from domain.audit.queries import AuditQueries
from domain.audit.sealing import AuditSealing
from domain.audit.verification import AuditVerification
from domain.clock import Clock, utc_now
from domain.connections.queries import ConnectionQueries
from domain.connections.service import ConnectionService
from domain.db.delivery import Delivery
from domain.db.engine import Database, make_engine
from domain.db.feed import Bell, Feed
from domain.db.outbox import NUMBERED, WRITTEN
from domain.db.uow import UnitsOfWork
from domain.glossary.linking import LinkService
from domain.glossary.queries import GlossaryQueries
from domain.glossary.service import GlossaryService
from domain.ledger.queries import LedgerQueries
from domain.ledger.service import LedgerService
from domain.members.admission import AdmissionService
from domain.members.queries import AccessQueries
from domain.members.service import MemberService
from domain.members.tokens import TokenService
from domain.metrics.comparisons import ComparisonQueries
from domain.metrics.queries import ScorecardQueries
from domain.metrics.seeds import seed_metrics
from domain.metrics.service import MetricService
from domain.profiles.history import ProfileHistoryQueries
from domain.profiles.queries import ProfileQueries
from domain.retention.partitions import LogPartitions
from domain.retention.service import RetentionService
from domain.retention.sweep import Sweep
from domain.rules.queries import RuleQueries
from domain.rules.service import RuleService
from domain.runs.approval import ApprovalService
from domain.runs.assessment import AssessmentService
from domain.runs.claims import ClaimService
from domain.runs.explanation import ExplanationQueries
from domain.runs.items import ItemService
from domain.runs.places import PlaceService
from domain.runs.preview import PreviewQueries
from domain.runs.queries import RunOversight, RunQueries
from domain.runs.service import RunService
from domain.runs.spending import SpendingService
from domain.runs.trials import TrialService
from domain.settings import Settings
from domain.violations.queries import ViolationQueries
from domain.violations.rule_states import RuleStateService
from domain.violations.service import ViolationService
from domain.workflows.queries import ConfigurationOversight, ConfigurationQueries
from domain.workflows.service import ConfigurationService
from domain.workflows.starting import StartService


@dataclass(frozen=True, slots=True)
class Queries:
    """The read side. Each query opens a short session of its own, so that many may run at once."""

    access: AccessQueries
    assets: AssetQueries
    audit: AuditQueries
    configurations: ConfigurationQueries
    connections: ConnectionQueries
    glossary: GlossaryQueries
    history: HistoryQueries
    ledger: LedgerQueries
    profiles: ProfileQueries
    profile_history: ProfileHistoryQueries
    rules: RuleQueries
    runs: RunQueries
    previews: PreviewQueries
    scorecards: ScorecardQueries
    comparisons: ComparisonQueries
    explanations: ExplanationQueries
    violations: ViolationQueries


@dataclass(frozen=True, slots=True)
class Domain:
    """All use cases, on the engine of one event loop."""

    access: AccessService
    admissions: AdmissionService
    approvals: ApprovalService
    assessments: AssessmentService
    assets: AssetService
    claims: ClaimService
    configurations: ConfigurationService
    connections: ConnectionService
    curation: CurationService
    glossary: GlossaryService
    glossary_links: LinkService
    items: ItemService
    ledger: LedgerService
    members: MemberService
    metrics: MetricService
    places: PlaceService
    retention: RetentionService
    rules: RuleService
    rule_states: RuleStateService
    trials: TrialService
    runs: RunService
    spending: SpendingService
    starts: StartService
    tokens: TokenService
    violations: ViolationService
    read: Queries
    oversight: RunOversight
    configuration_oversight: ConfigurationOversight
    sweep: Sweep
    delivery: Delivery
    sealing: AuditSealing
    verification: AuditVerification
    feed: Feed
    written: Bell
    numbered: Bell
    clock: Clock


@asynccontextmanager
async def open_domain(settings: Settings, *, pooled: bool = True, clock: Clock = utc_now) -> AsyncIterator[Domain]:
    """Build everything for the running event loop, and dispose of the engine at the end."""
    engine = make_engine(settings, pooled=pooled)
    try:
        yield assemble(Database(engine), settings, clock)
    finally:
        await engine.dispose()


def assemble(database: Database, settings: Settings, clock: Clock) -> Domain:
    unit_of_work, url = UnitsOfWork(database, clock), settings.database_url()
    scorecards = ScorecardQueries(database, clock)
    access = AccessService(database, clock, seeders=[seed_metrics])
    retention = RetentionService(database, clock)
    return Domain(
        access=access,
        admissions=AdmissionService(database, clock),
        approvals=ApprovalService(unit_of_work),
        assessments=AssessmentService(unit_of_work),
        assets=AssetService(unit_of_work),
        claims=ClaimService(unit_of_work),
        configurations=ConfigurationService(unit_of_work),
        connections=ConnectionService(unit_of_work),
        curation=CurationService(unit_of_work),
        glossary=GlossaryService(unit_of_work),
        glossary_links=LinkService(unit_of_work),
        items=ItemService(unit_of_work),
        ledger=LedgerService(unit_of_work),
        members=MemberService(unit_of_work),
        metrics=MetricService(unit_of_work),
        places=PlaceService(unit_of_work, settings.runs.max_per_connection),
        retention=retention,
        rules=RuleService(unit_of_work),
        rule_states=RuleStateService(unit_of_work),
        trials=TrialService(unit_of_work),
        runs=RunService(unit_of_work),
        spending=SpendingService(unit_of_work),
        starts=StartService(unit_of_work),
        tokens=TokenService(unit_of_work),
        violations=ViolationService(unit_of_work),
        read=Queries(
            access=AccessQueries(database),
            assets=AssetQueries(database),
            audit=AuditQueries(database),
            configurations=ConfigurationQueries(database),
            connections=ConnectionQueries(database),
            glossary=GlossaryQueries(database),
            history=HistoryQueries(database),
            ledger=LedgerQueries(database),
            profiles=ProfileQueries(database),
            profile_history=ProfileHistoryQueries(database),
            rules=RuleQueries(database),
            runs=RunQueries(database),
            previews=PreviewQueries(database),
            scorecards=scorecards,
            comparisons=ComparisonQueries(database, scorecards),
            explanations=ExplanationQueries(database, scorecards),
            violations=ViolationQueries(database),
        ),
        oversight=RunOversight(database),
        configuration_oversight=ConfigurationOversight(database),
        sweep=Sweep(access, retention, LogPartitions(database, clock)),
        delivery=Delivery(database, clock),
        sealing=AuditSealing(database),
        verification=AuditVerification(database),
        feed=Feed(database),
        written=Bell(url, WRITTEN),
        numbered=Bell(url, NUMBERED),
        clock=clock,
    )
