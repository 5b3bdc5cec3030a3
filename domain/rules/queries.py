from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.db.engine import Database
from domain.db.keyset import read_page
from domain.db.scope import in_scope
from domain.db.tenancy import select_columns_in, select_in
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.pages import Page, PageRequest
from domain.rules.model import DqRule, Evaluation, Outcome, RuleId, RuleKind, RuleState
from domain.rules.repository import to_model
from domain.rules.tables import DqRuleRow, RuleExecutionRow


@dataclass(frozen=True, slots=True)
class RuleFilter:
    states: tuple[RuleState, ...] = ()
    kinds: tuple[RuleKind, ...] = ()
    dimensions: tuple[str, ...] = ()
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RuleExecution:
    rule_id: RuleId
    rule_version: int
    run_id: UUID
    evaluation: Evaluation
    shows_rows: bool
    """Whether the evaluation tells which rows failed; to those who may not see them it tells none."""


class RuleQueries:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, tenant: Tenant, ids: Sequence[RuleId]) -> dict[RuleId, DqRule]:
        statement = select_in(tenant, DqRuleRow).where(col(DqRuleRow.id).in_(ids))
        async with self._database.reading(tenant) as session:
            return {RuleId(row.id): to_model(row) for row in await session.scalars(statement)}

    async def of_table(self, tenant: Tenant, table: Fqn, *states: RuleState) -> Sequence[DqRule]:
        """The rules of one table in these states."""
        statement = select_in(tenant, DqRuleRow).where(
            col(DqRuleRow.table_fqn) == str(table), col(DqRuleRow.state).in_(states)
        )
        async with self._database.reading(tenant) as session:
            return [to_model(row) for row in await session.scalars(statement.order_by(col(DqRuleRow.id)))]

    async def page(self, tenant: Tenant, scope: Fqn | None, wanted: RuleFilter, request: PageRequest) -> Page[DqRule]:
        """Rules in the order in which they were made."""
        statement = select_in(tenant, DqRuleRow)
        if scope is not None:
            statement = statement.where(in_scope(col(DqRuleRow.asset_fqn), scope))
        if wanted.states:
            statement = statement.where(col(DqRuleRow.state).in_(wanted.states))
        if wanted.kinds:
            statement = statement.where(col(DqRuleRow.kind).in_(wanted.kinds))
        if wanted.dimensions:
            statement = statement.where(col(DqRuleRow.dimension).in_(wanted.dimensions))
        if wanted.run_id is not None:
            statement = statement.where(col(DqRuleRow.run_id) == wanted.run_id)
        async with self._database.reading(tenant) as session:
            return await read_page(session, statement, request, key=col(DqRuleRow.id), read_key=UUID, to_model=to_model)

    async def count_by_state(self, tenant: Tenant, scope: Fqn) -> dict[RuleState, int]:
        statement = (
            select_columns_in(tenant, DqRuleRow, col(DqRuleRow.state), func.count())
            .where(in_scope(col(DqRuleRow.asset_fqn), scope))
            .group_by(col(DqRuleRow.state))
        )
        async with self._database.reading(tenant) as session:
            return {RuleState(state): count for state, count in await session.execute(statement)}

    async def newest_executions(self, tenant: Tenant, ids: Sequence[RuleId]) -> dict[RuleId, RuleExecution]:
        row = RuleExecutionRow
        statement = (
            select_in(tenant, row)
            .where(col(row.rule_id).in_(ids))
            .ext(distinct_on(col(row.rule_id)))
            .order_by(col(row.rule_id), col(row.observed_at).desc())
        )
        async with self._database.reading(tenant) as session:
            return {
                RuleId(found.rule_id): _execution(found, shows_rows=tenant.shows_rows)
                for found in await session.scalars(statement)
            }


def _execution(row: RuleExecutionRow, *, shows_rows: bool) -> RuleExecution:
    observed_at: datetime = row.observed_at
    told = Evaluation(
        observed_at=observed_at,
        evaluated=row.evaluated,
        failed=row.failed,
        outcome=Outcome(row.outcome),
        failing_keys=tuple(row.failing_keys),
        failing_rows_sql=row.failing_rows_sql,
        error=row.error,
        seconds=row.seconds,
    )
    shown = told if shows_rows else told.without_rows()
    return RuleExecution(RuleId(row.rule_id), row.rule_version, row.run_id, shown, shows_rows)
