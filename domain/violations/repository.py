from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, literal, select
from sqlmodel import col

from domain.assets.tables import AssetRow
from domain.db.scope import in_any_scope
from domain.db.scope_keys import is_within_any
from domain.db.tenancy import select_columns_in, select_in, update_in
from domain.db.uow import UnitOfWork
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.rules.model import RuleId, Severity
from domain.violations.filters import stands_at
from domain.violations.history import HistoryKind, entry_values
from domain.violations.model import CURRENT, Resolution, Violation, ViolationId, ViolationStatus
from domain.violations.tables import ViolationHistoryRow, ViolationRow

_Row = ViolationRow


def to_model(row: ViolationRow) -> Violation:
    return Violation(
        id=ViolationId(row.id),
        check=row.check_key,
        asset=Fqn.parse(row.asset_fqn),
        metric=row.metric,
        dimension=row.dimension,
        rule_id=RuleId(row.rule_id) if row.rule_id else None,
        severity=Severity(row.severity),
        status=ViolationStatus(row.status),
        resolution=Resolution(row.resolution) if row.resolution else None,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        occurrences=row.occurrences,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        notes=row.notes,
        assignee=row.assignee,
        details=row.details,
        severity_by=row.severity_by,
    )


def superseded_by_saving(tenant: Tenant, metrics: Sequence[str], scopes: Sequence[Fqn]) -> ColumnElement[bool]:
    """The violations that a Save of these scopes resolves when it makes these metrics stale."""
    return and_(
        stands_at([ViolationStatus.OPEN]),
        col(_Row.metric).in_(metrics),
        is_within_any(_Row, tenant, scopes),
    )


class ViolationRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def resolve_superseded(self, metrics: Sequence[str], scopes: Sequence[Fqn], run_id: UUID) -> int:
        """Resolve every OPEN violation tied to these metrics in scope, in one statement; how many."""
        superseded = superseded_by_saving(self._uow.tenant, metrics, scopes)
        return await self._resolve(Resolution.SUPERSEDED_BY_APPROVAL, superseded, run_id=run_id, resolved_by_run=run_id)

    async def reopen_superseded(self, run_id: UUID) -> int:
        """Reopen what a Save of this run resolved and nobody touched since; how many."""
        values = {
            "status": ViolationStatus.OPEN,
            "resolution": None,
            "resolved_at": None,
            "resolved_by": None,
            "resolved_by_run": None,
        }
        entry = entry_values(self._uow, HistoryKind.REOPENED, run_id=run_id)
        untouched = col(_Row.resolution) == Resolution.SUPERSEDED_BY_APPROVAL
        return await self.change_all(values, entry, col(_Row.resolved_by_run) == run_id, untouched)

    async def resolve_retired(self, rules: Sequence[RuleId]) -> int:
        """Resolve the current violations of rules that are retired."""
        of_rules = col(_Row.check_key).in_([str(rule) for rule in rules])
        return await self._resolve(Resolution.RULE_RETIRED, stands_at(CURRENT), of_rules)

    async def resolve_vanished(self, scopes: Sequence[Fqn], run_id: UUID) -> int:
        """Resolve the current violations of assets in scope that are soft-deleted.

        What is gone cannot be assessed again, so no pass would ever resolve them; a return and a failure reopens them.
        """
        vanished = select_columns_in(self._uow.tenant, AssetRow, col(AssetRow.fqn)).where(
            in_any_scope(col(AssetRow.fqn), scopes), col(AssetRow.deleted_at).is_not(None)
        )
        await self._uow.session.flush()  # what this transaction has soft-deleted counts, too
        return await self._resolve(
            Resolution.FIXED_IN_DATA,
            stands_at(CURRENT),
            is_within_any(_Row, self._uow.tenant, scopes),
            col(_Row.asset_fqn).in_(vanished),
            run_id=run_id,
        )

    async def lock(self, ids: Sequence[ViolationId]) -> dict[ViolationId, ViolationRow]:
        statement = (
            select_in(self._uow.tenant, _Row)
            .where(col(_Row.id).in_(ids))
            .order_by(col(_Row.id))
            .with_for_update(key_share=True)
        )
        return {ViolationId(row.id): row for row in await self._uow.session.scalars(statement)}

    async def _resolve(
        self,
        resolution: Resolution,
        *conditions: ColumnElement[bool],
        run_id: UUID | None = None,
        resolved_by_run: UUID | None = None,
    ) -> int:
        values = {
            "status": ViolationStatus.RESOLVED,
            "resolution": resolution,
            "resolved_at": self._uow.clock(),
            "resolved_by": self._uow.actor.name,
            "resolved_by_run": resolved_by_run,
        }
        entry = entry_values(self._uow, HistoryKind.RESOLVED, run_id=run_id, resolution=resolution)
        return await self.change_all(values, entry, *conditions)

    async def change_all(
        self, values: Mapping[str, Any], entry: Mapping[str, Any], *conditions: ColumnElement[bool]
    ) -> int:
        """Change all violations that meet the conditions and note it in the history of each; how many.

        One statement, whatever their number: the rows are locked in the order of their ids, as everybody does.
        """
        tenant, history = self._uow.tenant, ViolationHistoryRow
        chosen = (
            select_columns_in(tenant, _Row, col(_Row.id))
            .where(*conditions)
            .order_by(col(_Row.id))
            .with_for_update(key_share=True)
            .cte("chosen")
        )
        changed = (
            update_in(tenant, _Row)
            .where(col(_Row.id) == chosen.c.id)
            .values(**values)
            .returning(col(_Row.id).label("violation_id"))
            .cte("changed")
        )
        columns = history.__table__.c  # type: ignore[attr-defined]  # SQLModel does not declare it
        noted = [literal(value, columns[name].type).label(name) for name, value in entry.items()]
        statement = insert(history).from_select(["violation_id", *entry], select(changed.c.violation_id, *noted))
        return int(getattr(await self._uow.session.execute(statement), "rowcount", 0))
