"""Where a number comes from: the snapshots that it is added up from, and the rule versions that they were made by."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.assets.tables import AssetRow, AssetVersionRow
from domain.db.columns import FqnList, FqnText, UtcDateTime
from domain.db.engine import Database
from domain.db.tenancy import belongs_to, select_columns_in
from domain.errors import NotFound
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.metrics.cells import cells
from domain.metrics.model import NOTHING, Metric, MetricScore, Score, Snapshot
from domain.metrics.queries import ScorecardQueries, read_cells
from domain.pages import Page, PageRequest
from domain.rules.model import Outcome, RuleId
from domain.rules.tables import DqRuleRow, RuleExecutionRow, RuleVersionRow
from domain.rules.written import read_definition

Key = tuple[UUID | None, Fqn, str]
"""Run, asset and dimension: what the rules of one snapshot have in common."""


@dataclass(frozen=True, slots=True)
class RuleShare:
    """What one version of a rule gave to a snapshot."""

    rule_id: RuleId
    rule_version: int
    meaning: str
    score: Score


@dataclass(frozen=True, slots=True)
class CellDerivation:
    """A cell, and what its snapshot was made from."""

    snapshot: Snapshot
    rules: tuple[RuleShare, ...]
    """Empty for metadata, which no rule measures, and for tombstones, which the Save of `snapshot.run_id` left."""
    asset_version: int | None
    """The version of the asset that was measured; None for one that the catalogue did not have."""

    @property
    def recomputed(self) -> Score | None:
        """The shares of the rules added up: the score of the snapshot. None where no rule measured it."""
        return sum((share.score for share in self.rules), start=NOTHING) if self.rules else None


@dataclass(frozen=True, slots=True)
class Derivation:
    """A metric of a scope: numerators and denominators of its cells, added up; pending cells add nothing."""

    scope: Fqn
    as_of: datetime
    result: MetricScore
    cells: Page[CellDerivation]


class ExplanationQueries:
    def __init__(self, database: Database, scorecards: ScorecardQueries) -> None:
        self._database = database
        self._scorecards = scorecards

    async def explain(
        self, tenant: Tenant, scope: Fqn, metric: str, as_of: datetime | None, request: PageRequest
    ) -> Derivation:
        """The derivation of a metric's score, as it was known at `as_of` (now)."""
        card = await self._scorecards.scorecard(tenant, scope, as_of)
        scores = {one.metric.name: one for dimension in card.dimensions for one in dimension.metrics}
        if metric not in scores:
            raise NotFound("metric", metric)
        found = cells(tenant, scope, as_of)
        of_metric = select(found).where(found.c.metric == metric).subquery("of_metric")
        async with self._database.reading(tenant) as session:
            page = await read_cells(session, of_metric, request)
            derived = await _derive(session, tenant, scores[metric].metric, [cell for _, cell in page.items])
        items = [(key, cell) for (key, _), cell in zip(page.items, derived, strict=True)]
        return Derivation(scope, card.as_of, scores[metric], Page(items, page.has_next, page.has_previous))


async def _derive(
    session: AsyncSession, tenant: Tenant, metric: Metric, snapshots: Sequence[Snapshot]
) -> Sequence[CellDerivation]:
    shares = await _shares(session, tenant, snapshots)
    versions = await _versions(session, tenant, snapshots)
    return [
        CellDerivation(
            snapshot,
            tuple(shares.get((snapshot.run_id, snapshot.asset, metric.dimension), ())),
            versions.get(snapshot.id),
        )
        for snapshot in snapshots
    ]


async def _shares(
    session: AsyncSession, tenant: Tenant, snapshots: Sequence[Snapshot]
) -> Mapping[Key, Sequence[RuleShare]]:
    """What was evaluated, by run, asset and dimension; the definition is that of the version that was executed."""
    done, version, rule = RuleExecutionRow, RuleVersionRow, DqRuleRow
    statement = (
        select_columns_in(
            tenant,
            done,
            *(getattr(done, name) for name in ("run_id", "rule_id", "rule_version", "evaluated", "failed")),
            col(version.definition),
            col(rule.meaning),
        )
        .join(version, (col(version.rule_id) == col(done.rule_id)) & (col(version.version) == col(done.rule_version)))
        .join(rule, col(rule.id) == col(done.rule_id))
        .where(
            col(done.run_id).in_({snapshot.run_id for snapshot in snapshots if snapshot.run_id}),
            col(rule.asset_fqn).in_({str(snapshot.asset) for snapshot in snapshots}),
            col(done.outcome) != Outcome.ERROR,
        )
        .order_by(col(done.rule_id))
    )
    shares: defaultdict[Key, list[RuleShare]] = defaultdict(list)
    for row in await session.execute(statement):
        definition = read_definition(row.definition)
        score = Score(row.evaluated - row.failed, row.evaluated)
        share = RuleShare(RuleId(row.rule_id), row.rule_version, row.meaning, score)
        shares[row.run_id, definition.asset, definition.dimension].append(share)
    return shares


async def _versions(session: AsyncSession, tenant: Tenant, snapshots: Sequence[Snapshot]) -> Mapping[int | None, int]:
    """The version that each asset had when it was measured, by the id of the snapshot."""
    asset, version = AssetRow, AssetVersionRow
    measured = (
        func.unnest(
            literal([snapshot.id for snapshot in snapshots], ARRAY(BigInteger)),
            literal([str(snapshot.asset) for snapshot in snapshots], FqnList),
            literal([snapshot.observed_at for snapshot in snapshots], ARRAY(UtcDateTime)),
        )
        .table_valued("id", column("fqn", FqnText), column("at", UtcDateTime), name="measured")
        .render_derived()
    )
    in_force = (
        select(col(version.version))
        .where(
            belongs_to(tenant, version),
            col(version.asset_id) == col(asset.id),
            col(version.changed_at) <= measured.c.at,
        )
        .order_by(col(version.version).desc())
        .limit(1)
        .subquery("in_force")
        .lateral()
    )
    statement = (
        select_columns_in(tenant, asset, measured.c.id, in_force.c.version)
        .join(measured, measured.c.fqn.collate("C") == col(asset.fqn))
        .join(in_force, true())
    )
    return {row.id: row.version for row in await session.execute(statement)}
