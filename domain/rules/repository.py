from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col

from domain.db.tenancy import delete_in, owned_by, select_in, update_in
from domain.db.uow import UnitOfWork
from domain.errors import NotFound
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.rules.model import DqRule, Executed, RuleDefinition, RuleId, RuleState
from domain.rules.tables import DqRuleRow, RuleExecutionRow, RuleVersionRow
from domain.rules.written import read_definition, write_definition


class Worded(Protocol):
    """A rule that somebody, or something, has written."""

    @property
    def definition(self) -> RuleDefinition: ...
    @property
    def meaning(self) -> str: ...
    @property
    def rationale(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def origin(self) -> str: ...


def to_model(row: DqRuleRow) -> DqRule:
    return DqRule(
        id=RuleId(row.id),
        definition=read_definition(row.definition),
        meaning=row.meaning,
        rationale=row.rationale,
        confidence=float(row.confidence),
        state=RuleState(row.state),
        version=row.version,
        origin=row.origin,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _is_one_of(ids: Iterable[RuleId]) -> ColumnElement[bool]:
    """One parameter, however many they are: a statement has room for 32,767."""
    return col(DqRuleRow.id) == any_(literal(list(ids), ARRAY(Uuid)))


class RuleRepository:
    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def of_table(self, table: Fqn, *states: RuleState) -> Sequence[DqRule]:
        """The rules of a table; none of them changes its state before the transaction ends."""
        statement = select_in(self._uow.tenant, DqRuleRow).where(
            col(DqRuleRow.table_fqn) == str(table), col(DqRuleRow.state).in_(states)
        )
        rows = await self._uow.session.scalars(statement.order_by(col(DqRuleRow.id)).with_for_update(read=True))
        return [to_model(row) for row in rows]

    async def lock(self, ids: Iterable[RuleId]) -> dict[RuleId, DqRuleRow]:
        statement = (
            select_in(self._uow.tenant, DqRuleRow)
            .where(_is_one_of(ids))
            .order_by(col(DqRuleRow.id))
            .with_for_update(key_share=True)
        )
        return {RuleId(row.id): row for row in await self._uow.session.scalars(statement)}

    async def lock_one(self, rule_id: RuleId) -> DqRuleRow:
        found = await self.lock([rule_id])
        if rule_id not in found:
            raise NotFound("rule", str(rule_id))
        return found[rule_id]

    async def discard_drafts(self, run_id: UUID, table: Fqn) -> None:
        """What an earlier try of the same run proposed for the table."""
        statement = delete_in(self._uow.tenant, DqRuleRow).where(
            col(DqRuleRow.run_id) == run_id,
            col(DqRuleRow.table_fqn) == str(table),
            col(DqRuleRow.state) == RuleState.DRAFT,
        )
        await self._uow.session.execute(statement)

    async def add(self, rule: Worded, state: RuleState, run_id: UUID | None = None) -> DqRule:
        now = self._uow.clock()
        definition = rule.definition
        row = DqRuleRow(
            id=new_id(),
            table_fqn=str(definition.table),
            asset_fqn=str(definition.asset),
            kind=definition.kind,
            dimension=definition.dimension,
            severity=definition.severity,
            state=state,
            definition=write_definition(definition),
            meaning=rule.meaning,
            rationale=rule.rationale,
            confidence=Decimal(str(rule.confidence)),
            origin=rule.origin,
            run_id=run_id,
            created_at=now,
            updated_at=now,
            **owned_by(self._uow.tenant),
        )
        self._uow.add(row)
        await self._uow.session.flush()
        self.remember(row)
        return to_model(row)

    def remember(self, row: DqRuleRow) -> None:
        """Keep the definition of the row's version."""
        self._uow.add(
            RuleVersionRow(
                rule_id=row.id,
                version=row.version,
                definition=row.definition,
                actor=self._uow.actor.name,
                changed_at=self._uow.clock(),
                **owned_by(self._uow.tenant),
            )
        )

    async def move(
        self,
        ids: Select[Any],
        current: RuleState,
        state: RuleState,
        at: datetime,
        changed_at: datetime | None = None,  # only those that were last changed at this time
    ) -> Sequence[UUID]:
        """Move the rules that are in one state to another; which ones."""
        statement = update_in(self._uow.tenant, DqRuleRow).where(
            col(DqRuleRow.id).in_(ids), col(DqRuleRow.state) == current
        )
        if changed_at is not None:
            statement = statement.where(col(DqRuleRow.updated_at) == changed_at)
        moved = statement.values(state=state, updated_at=at).returning(col(DqRuleRow.id))
        return (await self._uow.session.scalars(moved.execution_options(synchronize_session=False))).all()

    async def store_executions(self, run_id: UUID, executed: Sequence[Executed]) -> None:
        """Keep the results of a run; a second try of the same run replaces them."""
        if not executed:
            return
        rows = [
            {
                "id": new_id(),
                "rule_id": one.rule_id,
                "rule_version": one.rule_version,
                "run_id": run_id,
                "observed_at": one.evaluation.observed_at,
                "outcome": one.evaluation.outcome,
                "evaluated": one.evaluation.evaluated,
                "failed": one.evaluation.failed,
                "failing_keys": [dict(key) for key in one.evaluation.failing_keys],
                "failing_rows_sql": one.evaluation.failing_rows_sql,
                "error": one.evaluation.error,
                "seconds": one.evaluation.seconds,
                **owned_by(self._uow.tenant),
            }
            for one in executed
        ]
        statement = insert(RuleExecutionRow).values(rows)
        replaced = {name: statement.excluded[name] for name in rows[0] if name not in {"id", "run_id", "rule_id"}}
        await self._uow.session.execute(
            statement.on_conflict_do_update(index_elements=["run_id", "rule_id"], set_=replaced)
        )
