"""The items of a run: each result is stored together with the item that it finishes, in one transaction."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from domain.assets.captured import outer_levels
from domain.assets.model import FoundSchema, IngestionCounts, Suggestion
from domain.assets.repository import AssetRepository
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.events import AssetsChanged, RunProgressed, ViolationsChanged
from domain.fqn import Fqn
from domain.identity import Actor
from domain.ledger.model import LlmCall
from domain.ledger.repository import LedgerRepository
from domain.metrics.snapshots import SnapshotRepository
from domain.profiles.model import TableProfile
from domain.profiles.repository import ProfileRepository
from domain.rules.model import RuleProposal, RuleState
from domain.rules.repository import RuleRepository
from domain.runs.model import ChangeSubject, ItemStatus, RunId
from domain.runs.repository import ChangeRepository, ItemRepository, RunRepository
from domain.violations.repository import ViolationRepository

COLUMNS, COLUMNS_LEFT_OUT = "columns", "columns_left_out"
KEPT_COUNTS = frozenset({"rows", COLUMNS, COLUMNS_LEFT_OUT})
"""Of the counts of a profiled table those that tell of its profile, and not of what reading it took."""


class ItemService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def open_items(self, actor: Actor, run_id: RunId, fqns: Sequence[Fqn] | None = None) -> Sequence[Fqn]:
        """The items that are left to do: tables of the run's targets, or what is given; done ones are left out.

        A table of which a budget left columns out is not done.
        """
        async with self._unit_of_work(actor) as uow:
            row = await RunRepository(uow).lock(run_id)
            if fqns is None:
                fqns = await AssetRepository(uow).tables([Fqn.parse(text) for text in row.targets])
            items = ItemRepository(uow)
            await items.plan(run_id, fqns)
            planned = await items.of_run(run_id)
            counts = Counter(item.status for item in planned)  # of a run of long ago, what it had done has expired
            row.total_items, row.completed_items = len(planned), counts[ItemStatus.COMPLETED]
            row.failed_items = counts[ItemStatus.FAILED]
            return [
                Fqn.parse(item.fqn)
                for item in planned
                if item.status != ItemStatus.COMPLETED or item.counts.get(COLUMNS_LEFT_OUT)
            ]

    async def start(self, actor: Actor, run_id: RunId, fqn: Fqn) -> None:
        async with self._unit_of_work(actor) as uow:
            await move_item(uow, run_id, fqn, ItemStatus.RUNNING)

    async def fail(self, actor: Actor, run_id: RunId, fqn: Fqn, code: str, message: str) -> None:
        """Record why the item could not be done; the others go on."""
        async with self._unit_of_work(actor) as uow:
            await move_item(uow, run_id, fqn, ItemStatus.FAILED, error=(code, message))

    async def fail_unfinished(
        self, actor: Actor, run_id: RunId, fqns: Collection[Fqn], code: str, message: str
    ) -> Sequence[Fqn]:
        """Record why those of the items that are neither done nor failed were not finished; which they are."""
        asked = set(map(str, fqns))
        async with self._unit_of_work(actor) as uow:
            await RunRepository(uow).lock(run_id)
            planned = await ItemRepository(uow).of_run(run_id)
            left = [
                Fqn.parse(item.fqn) for item in planned if item.fqn in asked and not ItemStatus(item.status).is_done
            ]
            for fqn in left:
                await move_item(uow, run_id, fqn, ItemStatus.FAILED, error=(code, message))
            return left

    async def finish(self, actor: Actor, run_id: RunId, fqn: Fqn, counts: Mapping[str, int]) -> None:
        """Finish an item that leaves no result of its own."""
        async with self._unit_of_work(actor) as uow:
            await move_item(uow, run_id, fqn, ItemStatus.COMPLETED, counts=counts)

    async def finish_ingested(self, actor: Actor, run_id: RunId, found: FoundSchema) -> IngestionCounts:
        async with self._unit_of_work(actor) as uow:
            assets = AssetRepository(uow)
            for above in outer_levels(found.fqn):
                await assets.ensure(above)
            counts = await assets.store(found, run_id)
            shown = {"added": counts.added, "changed": counts.changed, "removed": counts.removed}
            if counts.added or counts.changed or counts.removed:
                record(uow, "ingest", "asset", str(found.fqn), after=shown)
                uow.emit(
                    AssetsChanged(
                        scopes=(str(found.fqn),),
                        added=counts.added,
                        changed=counts.changed,
                        removed=counts.removed,
                        run_id=run_id,
                    )
                )
            await SnapshotRepository(uow).add_up([found.fqn])
            await _close_violations_of_vanished(uow, [found.fqn], run_id)
            await move_item(uow, run_id, found.fqn, ItemStatus.COMPLETED, counts=shown)
            return counts

    async def forget_schemas(self, actor: Actor, run_id: RunId, database: Fqn, present: Collection[Fqn]) -> int:
        """Soft-delete the schemas that the database no longer has, with all below them; how many assets."""
        async with self._unit_of_work(actor) as uow:
            await RunRepository(uow).lock(run_id)  # refuses others' runs
            assets = AssetRepository(uow)
            vanished = await assets.vanished_schemas(database, present)
            if not vanished:
                return 0
            removed = await assets.forget(vanished, run_id)
            before = {"schemas": [str(schema) for schema in vanished]}
            record(uow, "forget", "asset", str(database), before=before, after={"removed": removed})
            uow.emit(AssetsChanged(scopes=tuple(map(str, vanished)), removed=removed, run_id=run_id))
            await SnapshotRepository(uow).add_up(vanished)
            await _close_violations_of_vanished(uow, vanished, run_id)
            return removed

    async def finish_profiled(self, actor: Actor, run_id: RunId, profile: TableProfile) -> None:
        async with self._unit_of_work(actor) as uow:
            counts = {"rows": profile.row_count.value, COLUMNS: len(profile.columns)}
            counts["rows_read"] = profile.reading.rows_read
            if profile.bytes_read is not None:
                counts["bytes_read"] = profile.bytes_read
            if profile.unmeasured:
                counts[COLUMNS_LEFT_OUT] = len(profile.unmeasured)
            await move_item(uow, run_id, profile.fqn, ItemStatus.COMPLETED, counts=counts)  # refuses others' runs
            await ProfileRepository(uow).replace(run_id, profile)

    async def finish_enriched(
        self,
        actor: Actor,
        run_id: RunId,
        table: Fqn,
        suggestions: Sequence[Suggestion],
        base_versions: Mapping[Fqn, int],
        calls: Sequence[LlmCall],
    ) -> None:
        """Store what is suggested as proposed changes; what an asset says already is not proposed again."""
        async with self._unit_of_work(actor) as uow:
            rows = await AssetRepository(uow).lock_rows(base_versions)
            changes = []
            for one in suggestions:
                row = rows.get(one.asset)
                before = row.fields.get(one.field, {}).get("value") if row else None
                if row is None or before == one.value:
                    continue
                changes.append(_field_change(one, before, base_versions[one.asset]))
            await ChangeRepository(uow).replace(run_id, table, changes)
            await LedgerRepository(uow).add(run_id, calls)
            await move_item(uow, run_id, table, ItemStatus.COMPLETED, counts={"proposed": len(changes)})

    async def finish_generated(
        self, actor: Actor, run_id: RunId, table: Fqn, proposals: Sequence[RuleProposal], calls: Sequence[LlmCall]
    ) -> None:
        """Store proposed rules as drafts, each with a change that activates it."""
        async with self._unit_of_work(actor) as uow:
            rules = RuleRepository(uow)
            await rules.discard_drafts(run_id, table)
            changes = []
            for proposal in proposals:
                rule = await rules.add(proposal, RuleState.DRAFT, run_id)
                changes.append(_rule_change(proposal, rule.id, rule.version))
            await ChangeRepository(uow).replace(run_id, table, changes)
            await LedgerRepository(uow).add(run_id, calls)
            await move_item(uow, run_id, table, ItemStatus.COMPLETED, counts={"proposed": len(changes)})


async def _close_violations_of_vanished(uow: UnitOfWork, scopes: Sequence[Fqn], run_id: RunId) -> None:
    if resolved := await ViolationRepository(uow).resolve_vanished(scopes, run_id):
        uow.emit(ViolationsChanged(scopes=tuple(map(str, scopes)), resolved=resolved, run_id=run_id))


def _field_change(one: Suggestion, before: str | None, base_version: int) -> dict[str, Any]:
    return {
        "subject": ChangeSubject.ASSET_FIELD,
        "asset_fqn": str(one.asset),
        "field": one.field,
        "before": before,
        "after": one.value,
        "base_version": base_version,
        "confidence": one.confidence,
        "justification": one.justification,
        "evidence": dict(one.evidence),
    }


def _rule_change(proposal: RuleProposal, rule_id: object, version: int) -> dict[str, Any]:
    trial = proposal.trial
    return {
        "subject": ChangeSubject.RULE,
        "asset_fqn": str(proposal.definition.asset),
        "field": proposal.definition.kind,
        "after": proposal.meaning,
        "base_version": version,
        "confidence": proposal.confidence,
        "justification": proposal.rationale,
        "evidence": {
            **proposal.evidence,
            "trial": {"outcome": trial.outcome, "evaluated": trial.evaluated, "failed": trial.failed},
        },
        "rule_id": rule_id,
    }


async def move_item(
    uow: UnitOfWork,
    run_id: RunId,
    fqn: Fqn,
    status: ItemStatus,
    *,
    counts: Mapping[str, int] | None = None,
    error: tuple[str, str] | None = None,
) -> None:
    """Give an item its next status and keep the run's counters in step."""
    # The run first, because the end of a run locks it before the items that it interrupts.
    run = await RunRepository(uow).lock(run_id)
    item = await ItemRepository(uow).lock(run_id, fqn)
    run.completed_items += (status is ItemStatus.COMPLETED) - (item.status == ItemStatus.COMPLETED)
    run.failed_items += (status is ItemStatus.FAILED) - (item.status == ItemStatus.FAILED)
    item.status = status
    item.error_code, item.error_message = error or (None, None)
    if status is ItemStatus.RUNNING:
        item.attempts += 1
        item.started_at, item.completed_at = uow.clock(), None
    else:
        item.completed_at = uow.clock()
    if counts is not None:
        item.counts = dict(counts)
    uow.emit(
        RunProgressed(
            scopes=(item.fqn,),
            run_id=run_id,
            item=item.fqn,
            status=status,
            completed=run.completed_items,
            failed=run.failed_items,
            total=run.total_items,
        )
    )
