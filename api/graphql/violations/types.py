from datetime import datetime
from typing import Self

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

import api.graphql.violations.enums  # noqa: F401 - describes the enums that are used below
from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.ids import Node, write_id
from api.graphql.metrics import Dimension, Metric, dimension_named, metric_named
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last
from api.graphql.rules.types import DqRule, FailingRows, RuleExecution
from api.graphql.violations.history import HISTORY, ViolationHistoryEntry
from domain.fqn import Fqn
from domain.rules.model import Severity
from domain.violations import model
from domain.violations.model import Resolution, ViolationStatus

KIND = "Violation"


@strawberry.type(description="One problem on one asset.")
class Violation(Node):
    asset_fqn: Fqn = strawberry.field(description="FQN of the asset that has the problem.")
    severity: Severity = strawberry.field(description="How bad it is.")
    severity_by: str | None = strawberry.field(
        description="Who rated it so; null while the severity is the check's own."
    )
    status: ViolationStatus = strawberry.field(description="Where it stands.")
    resolution: Resolution | None = strawberry.field(description="Why it is over; null while it is not.")
    opened_at: datetime = strawberry.field(description="When the data that showed it first was read.")
    last_seen_at: datetime = strawberry.field(description="When the data that showed it last was read.")
    occurrences: int = strawberry.field(description="How often a check has shown it.")
    resolved_at: datetime | None = strawberry.field(description="When it was closed; null while it is not.")
    resolved_by: str | None = strawberry.field(description="Who or what closed it; null while nobody did.")
    notes: str | None = strawberry.field(description="What people wrote about it; null when nothing.")
    assignee: str | None = strawberry.field(description="Who is to mend it; null while nobody is.")
    details: JSON = strawberry.field(description="Counts and words; the shape depends on the check.")
    violation: strawberry.Private[model.Violation]

    @classmethod
    def of(cls, violation: model.Violation) -> Self:
        return mirror(cls, violation, id=write_id(KIND, violation.id), asset_fqn=violation.asset, violation=violation)

    @field("The asset that has the problem; null when the catalogue does not hold it any more.")
    async def asset(self, info: Info) -> Asset | None:
        found = await info.context.loaders.assets.load(self.asset_fqn)
        return Asset.of(found) if found else None

    @field("The dimension that it lowers; null when there is no such dimension any more.")
    async def dimension(self, info: Info) -> Dimension | None:
        return await dimension_named(info, self.violation.dimension)

    @field("The metric that it lowers; null when there is no such metric any more.")
    async def metric(self, info: Info) -> Metric | None:
        return await metric_named(info, self.violation.metric)

    @field("The rule that found it; null for a problem of metadata.")
    async def rule(self, info: Info) -> DqRule | None:
        rule_id = self.violation.rule_id
        found = await info.context.loaders.rules.load(rule_id) if rule_id else None
        return DqRule.of(found) if found else None

    @field(
        "Which rows failed when its rule was last evaluated; null for a problem of metadata, and for those without the "
        "right READ_ROWS."
    )
    async def failing_rows(self, info: Info) -> FailingRows | None:
        rule_id = self.violation.rule_id
        found = await info.context.loaders.executions.load(rule_id) if rule_id else None
        return RuleExecution.of(found).failing_rows if found else None

    @field("What happened to it, the newest first: each occurrence, and each change with who made it and why.")
    async def history(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[ViolationHistoryEntry]:
        request = HISTORY.request(first, after, last, before)
        page = await info.context.read.violations.history(info.context.tenant, self.violation.id, request)
        return HISTORY.connect(page, ViolationHistoryEntry.of)
