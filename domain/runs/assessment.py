"""Storing what an assessment found: results, scores and violations of one table in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from domain.assets.repository import AssetRepository
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.events import ScorecardChanged, ViolationsChanged
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import MetadataCheck, Score, Snapshot
from domain.metrics.repository import MetricRepository
from domain.metrics.snapshots import SnapshotRepository
from domain.rules.model import KINDS, DqRule, Executed, Outcome, RuleState, Severity
from domain.rules.repository import RuleRepository
from domain.runs.items import move_item
from domain.runs.model import ItemStatus, RunId, Save
from domain.runs.repository import RunRepository
from domain.violations.findings import apply_findings
from domain.violations.model import Finding

_DIMENSION_OF_METADATA = {
    "described": "documentation",
    "owned": "ownership",
    "classified": "classification",
    "keyed": "structure",
}


class AssessmentService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def finish_executed(
        self, actor: Actor, run_id: RunId, table: Fqn, executed: Sequence[Executed], *, scored: bool
    ) -> None:
        """Store the results of a table's rules with their violations, and with the scores if it is an assessment."""
        async with self._unit_of_work(actor) as uow:
            await AssetRepository(uow).lock_tables([table])
            rules = {rule.id: rule for rule in await RuleRepository(uow).of_table(table, RuleState.ACTIVE)}
            # A rule that was changed or retired meanwhile: what its older version said no longer counts.
            current = [
                one for one in executed if one.rule_id in rules and rules[one.rule_id].version == one.rule_version
            ]
            await RuleRepository(uow).store_executions(run_id, current)
            metric_of = await MetricRepository(uow).metric_of_dimension()
            judged = [
                (rules[one.rule_id], one, metric_of[rules[one.rule_id].definition.dimension])
                for one in current
                if one.evaluation.outcome is not Outcome.ERROR
            ]
            snapshots = _snapshots(judged, run_id)
            findings = [_finding(*each) for each in judged]
            await _store(uow, run_id, table, snapshots, findings, scored=scored)
            counts = {
                "rules": len(current),
                "failed": sum(one.evaluation.outcome is Outcome.FAILED for one in current),
                "errors": sum(one.evaluation.outcome is Outcome.ERROR for one in current),
            }
            await move_item(uow, run_id, table, ItemStatus.COMPLETED, counts=counts)

    async def finish_metadata(
        self, actor: Actor, run_id: RunId, table: Fqn, observed_at: datetime, checks: Sequence[MetadataCheck]
    ) -> None:
        """Store the metadata scores of a table and its columns with their violations."""
        async with self._unit_of_work(actor) as uow:
            await AssetRepository(uow).lock_tables([table])
            snapshots = [
                Snapshot(
                    None, check.metric, check.asset, Score(check.numerator, check.denominator), observed_at, run_id
                )
                for check in checks
            ]
            findings = [_metadata_finding(check, observed_at) for check in checks]
            await _store(uow, run_id, table, snapshots, findings, scored=True)
            counts = {"checks": len(checks), "failed": sum(check.problem is not None for check in checks)}
            await move_item(uow, run_id, table, ItemStatus.COMPLETED, counts=counts)


async def _store(
    uow: UnitOfWork,
    run_id: RunId,
    table: Fqn,
    snapshots: Sequence[Snapshot],
    findings: Sequence[Finding],
    *,
    scored: bool,
) -> None:
    log = SnapshotRepository(uow)
    earliest = min((one.observed_at for one in findings), default=uow.clock())
    saves = await RunRepository(uow).saves_since(earliest, table)
    valid = await _still_true(log, saves, findings)
    if scored:
        stored = await log.add(snapshots)
        for save in saves:
            await log.bury(save.metrics, [table], save.run_id, save.version, save.at, read_before=save.at)
        names = tuple(sorted({snapshot.metric for snapshot in snapshots}))
        if stored:
            uow.emit(ScorecardChanged(scopes=(str(table),), metrics=names, cells=stored, run_id=run_id))
    applied = await apply_findings(uow, valid, run_id)
    if applied.opened or applied.resolved:
        changed = {"opened_violations": applied.opened, "resolved_violations": applied.resolved}
        record(uow, "assess", "asset", str(table), after=changed)
    if applied.opened or applied.recurred or applied.resolved:
        uow.emit(
            ViolationsChanged(
                scopes=(str(table),),
                opened=applied.opened,
                recurred=applied.recurred,
                resolved=applied.resolved,
                run_id=run_id,
            )
        )


async def _still_true(log: SnapshotRepository, saves: Sequence[Save], findings: Sequence[Finding]) -> Sequence[Finding]:
    """Without what was read before a Save that made it stale, or before a later measurement of the same cell."""
    known = await log.times_of({finding.asset for finding in findings})

    def is_true(one: Finding) -> bool:
        is_stale = any(save.at > one.observed_at and one.metric in save.metrics for save in saves)
        return not is_stale and known.get((one.metric, one.asset), one.observed_at) <= one.observed_at

    return [finding for finding in findings if is_true(finding)]


def _snapshots(judged: Sequence[tuple[DqRule, Executed, str]], run_id: RunId) -> Sequence[Snapshot]:
    """One per metric and asset: what the rules of a dimension say about an asset is added up."""
    sums: defaultdict[tuple[str, Fqn], Score] = defaultdict(lambda: Score(0, 0))
    times: dict[tuple[str, Fqn], datetime] = {}
    for rule, one, metric in judged:
        key = (metric, rule.definition.asset)
        sums[key] += Score(one.evaluation.passed, one.evaluation.evaluated)
        times[key] = min(times.get(key, one.evaluation.observed_at), one.evaluation.observed_at)
    # Nothing was evaluated (an empty table): no measurement, and above all no tombstone.
    return [
        Snapshot(None, metric, asset, score, times[metric, asset], run_id)
        for (metric, asset), score in sums.items()
        if score.denominator
    ]


def _finding(rule: DqRule, one: Executed, metric: str) -> Finding:
    evaluation = one.evaluation
    return Finding(
        check=str(rule.id),
        asset=rule.definition.asset,
        metric=metric,
        dimension=rule.definition.dimension,
        passed=evaluation.outcome is Outcome.PASSED,
        observed_at=evaluation.observed_at,
        severity=rule.definition.severity,
        details={
            "rule": rule.meaning,
            "kind": rule.definition.kind,
            "counts_rows": KINDS[rule.definition.kind].counts_rows,
            "evaluated": evaluation.evaluated,
            "failed": evaluation.failed,
        },
        rule_id=rule.id,
        rule_version=one.rule_version,
    )


def _metadata_finding(check: MetadataCheck, observed_at: datetime) -> Finding:
    return Finding(
        check=check.metric,
        asset=check.asset,
        metric=check.metric,
        dimension=_DIMENSION_OF_METADATA[check.metric],
        passed=check.problem is None,
        observed_at=observed_at,
        severity=Severity.LOW,
        details={"problem": check.problem} if check.problem else {},
    )
