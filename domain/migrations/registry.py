"""All row classes, so that the metadata is complete when migrations are written, run or checked."""

from domain.access.tables import OrganizationRow, ProjectRow
from domain.assets.tables import AssetRow, AssetVersionRow, HandledEventRow
from domain.audit.tables import AuditEventRow
from domain.connections.tables import DataConnectionRow
from domain.db.horizon import FeedHorizonRow
from domain.db.outbox import DomainEventRow
from domain.glossary.tables import GlossaryLinkRow, GlossaryTermRow
from domain.ledger.tables import LlmAnswerRow, LlmCallRow
from domain.members.tables import MemberRow, ServiceTokenRow
from domain.metrics.tables import (
    DimensionRow,
    InvalidationRow,
    MetricCellRow,
    MetricRow,
    MetricSnapshotRow,
    TableScoreRow,
    WithdrawnSaveRow,
)
from domain.profiles.tables import ColumnProfileRow, TableProfileRow
from domain.rules.tables import DqRuleRow, RuleExecutionRow, RuleVersionRow
from domain.runs.tables import ApprovalRow, ProposedChangeRow, RunItemRow, RunLogRow, WorkflowRunRow
from domain.violations.tables import ViolationHistoryRow, ViolationRow
from domain.workflows.tables import WorkflowConfigurationRow

ROWS = (
    ApprovalRow,
    AssetRow,
    AssetVersionRow,
    AuditEventRow,
    ColumnProfileRow,
    DataConnectionRow,
    DimensionRow,
    DomainEventRow,
    DqRuleRow,
    FeedHorizonRow,
    GlossaryLinkRow,
    GlossaryTermRow,
    HandledEventRow,
    InvalidationRow,
    LlmAnswerRow,
    LlmCallRow,
    MemberRow,
    MetricCellRow,
    MetricRow,
    MetricSnapshotRow,
    OrganizationRow,
    ProjectRow,
    ProposedChangeRow,
    RuleExecutionRow,
    RuleVersionRow,
    RunItemRow,
    RunLogRow,
    ServiceTokenRow,
    TableProfileRow,
    TableScoreRow,
    ViolationHistoryRow,
    ViolationRow,
    WithdrawnSaveRow,
    WorkflowConfigurationRow,
    WorkflowRunRow,
)
