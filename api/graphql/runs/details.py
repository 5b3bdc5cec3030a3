"""What a run consists of: its items, what it suggests, what it says."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from api.graphql.assets.history import AssetVersion
from api.graphql.assets.types import Asset
from api.graphql.context import Info
from api.graphql.fields import extends, field
from api.graphql.ids import write_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, First, Last, Listing, given
from api.graphql.rules.types import DqRule
from api.graphql.runs.types import WorkError, WorkflowRun, error_of
from api.graphql.scalars import BigInt
from api.graphql.violations.history import ViolationHistoryEntry
from domain.fqn import Fqn
from domain.rules.model import RuleId
from domain.runs import model
from domain.runs.model import ChangeOutcome, ChangeSubject, Decision, ItemStatus, RunId

CHANGE = "ProposedChange"
ITEMS = Listing("item", str)
CHANGES = Listing("change", UUID)
LINES = Listing("line", int)


@strawberry.type(description="A number under a name.")
class NamedCount:
    name: str = strawberry.field(description="What was counted.")
    count: BigInt = strawberry.field(description="How many.")


@strawberry.type(description="One table of a run, or one schema when ingesting.")
class RunItem:
    fqn: Fqn = strawberry.field(description="FQN of the table or schema.")
    status: ItemStatus = strawberry.field(description="Where it stands.")
    attempts: int = strawberry.field(description="How often it was tried.")
    error: WorkError | None = strawberry.field(description="Why it could not be done; null when it could.")
    started_at: datetime | None = strawberry.field(description="When the newest try began; null before the first.")
    completed_at: datetime | None = strawberry.field(description="When it was done or failed; null until then.")
    counts: list[NamedCount] = strawberry.field(description="What it did, in numbers, by name.")

    @classmethod
    def of(cls, item: model.RunItem) -> Self:
        counts = [NamedCount(name=name, count=BigInt(count)) for name, count in sorted(item.counts.items())]
        return mirror(cls, item, error=error_of(item.error_code, item.error_message), counts=counts)

    @field("The table or schema; null when the catalogue does not hold it.")
    async def asset(self, info: Info) -> Asset | None:
        found = await info.context.loaders.assets.load(self.fqn)
        return Asset.of(found) if found else None


@strawberry.type(description="One change that a run suggests.")
class ProposedChange:
    id: strawberry.ID = strawberry.field(description="For decideProposedChanges.")
    subject: ChangeSubject = strawberry.field(description="What it is about.")
    asset_fqn: Fqn = strawberry.field(description="FQN of the asset that it changes, or that the rule judges.")
    field: str = strawberry.field(description="Name of the asset's field, or kind of the rule.")
    before: str | None = strawberry.field(description="The value so far; null when there is none, and for rules.")
    after: str = strawberry.field(description="The value that it suggests, or the rule in plain words.")
    base_version: int = strawberry.field(description="Version of the asset or rule that it was made from.")
    confidence: float = strawberry.field(description="How sure the suggestion is, between 0 and 1.")
    justification: str = strawberry.field(description="Why it is suggested.")
    evidence: JSON = strawberry.field(description="What it rests on, e.g. shares and key names; never values.")
    decision: Decision = strawberry.field(description="What a person decided so far.")
    outcome: ChangeOutcome | None = strawberry.field(description="What approving did with it; null before.")
    change: strawberry.Private[model.ProposedChange]

    @classmethod
    def of(cls, change: model.ProposedChange) -> Self:
        return mirror(cls, change, id=write_id(CHANGE, change.id), asset_fqn=change.asset, change=change)


@extends(ProposedChange, "The asset; null when the catalogue does not hold it any more.")
async def asset(root: strawberry.Parent[ProposedChange], info: Info) -> Asset | None:
    found = await info.context.loaders.assets.load(root.asset_fqn)
    return Asset.of(found) if found else None


@extends(ProposedChange, "The rule that it would activate; null for a field of an asset.")
async def rule(root: strawberry.Parent[ProposedChange], info: Info) -> DqRule | None:
    key = root.change.rule_id
    found = await info.context.loaders.rules.load(RuleId(key)) if key else None
    return DqRule.of(found) if found else None


@strawberry.type(description="One line for the people who follow a run.")
class RunLogLine:
    at: datetime = strawberry.field(description="When it was said.")
    level: str = strawberry.field(description="INFO, WARNING or ERROR.")
    message: str = strawberry.field(description="What was said; never a password or a value of the data.")

    @classmethod
    def of(cls, line: model.RunLogLine) -> Self:
        return mirror(cls, line)


@extends(WorkflowRun, "Its items, ordered by FQN.")
async def items(
    root: strawberry.Parent[WorkflowRun],
    info: Info,
    status: Annotated[list[ItemStatus] | None, strawberry.argument(description="Only items that stand there.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Connection[RunItem]:
    request = ITEMS.request(first, after, last, before)
    page = await info.context.read.runs.items(info.context.tenant, root.run.id, given(status) or (), request)
    return ITEMS.connect(page, RunItem.of)


@extends(WorkflowRun, "What it suggests, in the order in which it was found.")
async def proposed_changes(
    root: strawberry.Parent[WorkflowRun],
    info: Info,
    decision: Annotated[list[Decision] | None, strawberry.argument(description="Only changes so decided.")] = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Connection[ProposedChange]:
    request = CHANGES.request(first, after, last, before)
    page = await info.context.read.runs.changes(info.context.tenant, root.run.id, given(decision) or (), request)
    return CHANGES.connect(page, ProposedChange.of)


@extends(WorkflowRun, "What it has said to the people who follow it, in order.")
async def logs(
    root: strawberry.Parent[WorkflowRun],
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Connection[RunLogLine]:
    request = LINES.request(first, after, last, before)
    page = await info.context.read.runs.log_lines(info.context.tenant, root.run.id, request)
    return LINES.connect(page, RunLogLine.of)


@extends(AssetVersion, "The run that made it; null when a person did.")
@extends(ViolationHistoryEntry, "The run in which it happened; null when it happened in none.")
async def run(root: strawberry.Parent[AssetVersion | ViolationHistoryEntry], info: Info) -> WorkflowRun | None:
    found = await info.context.loaders.runs.load(RunId(root.run_id)) if root.run_id else None
    return WorkflowRun.of(found) if found else None
