"""The log of some cells over some months, beside a plain model of what thinning out leaves of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import asyncpg

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.metrics.model import Score, Snapshot
from domain.pages import PageRequest
from domain.retention.model import Kind, RetentionPolicy

POLICY = RetentionPolicy({}, daily_after_days=10, monthly_after_days=45, batch_size=3)
DAILY_BEFORE, MONTHLY_BEFORE = datetime(2026, 2, 19, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
"""Where the policy cuts at noon of the first of March 2026."""
METRIC = "complete_values"


class Deed(StrEnum):
    MEASURE = "MEASURE"
    SAVE = "SAVE"
    UNDO = "UNDO"


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to the cell of a column; `good` of nine values were there, if it is measured."""

    at: datetime
    deed: Deed
    good: int = 0
    column: str = "amount"


class History:
    """Its cells lie below a scope of their own."""

    def __init__(self, domain: Domain, actor: Actor, sql: asyncpg.Connection, policy: RetentionPolicy = POLICY) -> None:
        self._domain, self._actor, self._sql, self._policy = domain, actor, sql, policy
        self.scope = Fqn.of("bank", "main", "public", f"t{new_id().hex}")
        self._standing: dict[str, UUID] = {}
        """The Saves that hide the score of a column."""

    async def live(self, *steps: Step) -> None:
        """The steps in the order of time; a Save hides what is shown, and an undo shows it again."""
        measured: set[str] = set()
        for step in sorted(steps, key=lambda step: step.at):
            match step.deed:
                case Deed.MEASURE:
                    await self._append(step, step.good, 9, new_id())
                    measured.add(step.column)
                    self._standing.pop(step.column, None)
                case Deed.SAVE if step.column in measured and step.column not in self._standing:
                    self._standing[step.column] = new_id()
                    await self._append(step, 0, 0, self._standing[step.column])
                case Deed.UNDO if save := self._standing.pop(step.column, None):
                    await self._withdraw(save, step.at)
        await self._keep_cells()

    async def undo_all(self, at: datetime) -> None:
        for save in self._standing.values():
            await self._withdraw(save, at)

    async def _append(self, step: Step, good: int, of: int, run_id: UUID) -> None:
        await self._sql.execute(
            "INSERT INTO metric_snapshot (organization_id, project_id, metric, asset_fqn, numerator, denominator,"
            " observed_at, run_id, save_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 2)",
            *self._tenant,
            METRIC,
            str(self.scope.child(step.column)),
            good,
            of,
            step.at,
            run_id,
        )

    async def _withdraw(self, save: UUID, at: datetime) -> None:
        await self._sql.execute("INSERT INTO withdrawn_save VALUES ($1, $2, $3, 2, $4)", *self._tenant, save, at)

    async def _keep_cells(self) -> None:
        await self._sql.execute(
            "INSERT INTO metric_cell SELECT DISTINCT ON (asset_fqn) organization_id, project_id, asset_fqn, metric, $1,"
            " numerator, denominator, observed_at, id, run_id, save_version FROM metric_snapshot"
            " WHERE starts_with(asset_fqn, $1) AND project_id = $2 ORDER BY asset_fqn, observed_at DESC, id DESC",
            str(self.scope),
            self._actor.tenant.project_id,
        )

    @property
    def _tenant(self) -> tuple[UUID, UUID]:
        return self._actor.tenant.organization_id, self._actor.tenant.project_id

    async def log(self) -> list[Snapshot]:
        """What there is of the cells, one after another, the newest last."""
        rows = await self._sql.fetch(
            "SELECT * FROM metric_snapshot WHERE starts_with(asset_fqn, $1) AND project_id = $2"
            " ORDER BY asset_fqn, observed_at, id",
            str(self.scope),
            self._actor.tenant.project_id,
        )
        return [_snapshot(row) for row in rows]

    async def cells(self, at: datetime) -> list[Snapshot]:
        """What a scorecard of that time is made of."""
        page = await self._domain.read.scorecards.cells(self._actor.tenant, self.scope, at, PageRequest(first=100))
        return [snapshot for _, snapshot in page.items]

    async def thin_out(self) -> int:
        return await self._domain.sweep.remove(self._policy, Kind.SNAPSHOTS)


def survivors(log: Iterable[Snapshot]) -> list[Snapshot]:
    """Of each day or month the last snapshot, and the last measurement if a tombstone stands behind it."""
    spans: defaultdict[tuple[Fqn, object], list[Snapshot]] = defaultdict(list)
    for one in log:
        spans[one.asset, _span(one.observed_at)].append(one)
    kept = []
    for span in spans.values():
        measured = [one for one in span if not one.is_tombstone]
        kept += measured[-1:] if measured[-1:] == span[-1:] else [*measured[-1:], span[-1]]
    return kept


def _span(at: datetime) -> object:
    if at >= DAILY_BEFORE:
        return at
    return at.date() if at >= MONTHLY_BEFORE else (at.year, at.month)


def end_of_day(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, microseconds=-1)


def of_one_asset(cells: Sequence[Snapshot], asset: Fqn) -> list[Snapshot]:
    return [cell for cell in cells if cell.asset == asset]


def _snapshot(row: asyncpg.Record) -> Snapshot:
    return Snapshot(
        row["id"],
        row["metric"],
        Fqn.parse(row["asset_fqn"]),
        Score(row["numerator"], row["denominator"]),
        row["observed_at"],
        row["run_id"],
    )
