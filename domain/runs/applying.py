"""Applying what a run suggests: a handful of statements, however many changes there are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Mapped
from sqlmodel import col

from domain.assets.model import FieldOrigin
from domain.assets.repository import AssetRepository
from domain.db.tenancy import select_columns_in, update_in
from domain.db.uow import UnitOfWork
from domain.events import AssetsChanged, RulesChanged
from domain.rules.model import RuleState
from domain.rules.repository import RuleRepository
from domain.runs.judging import judged_fields, judged_rules
from domain.runs.model import EDITED_BY, ChangeOutcome, ChangeSubject, WorkflowRun
from domain.runs.tables import ProposedChangeRow

_Change = ProposedChangeRow


def changes_that_were(
    outcome: ChangeOutcome,
    subject: ChangeSubject,
    uow: UnitOfWork,
    run_id: UUID,
    *columns: ColumnElement[Any] | Mapped[Any],  # of several types
) -> Select[Any]:
    """These columns of the changes of a run that had this outcome."""
    return select_columns_in(uow.tenant, _Change, *columns).where(
        col(_Change.run_id) == run_id, col(_Change.subject) == subject, col(_Change.outcome) == outcome
    )


async def apply_changes(uow: UnitOfWork, run: WorkflowRun, at: datetime) -> Mapping[ChangeOutcome, int]:
    """Judge every change, write the fields and activate the rules that are applied; how many had which outcome."""
    await _judge(uow, run.id)
    await _write_fields(uow, run)
    await _decide_rules(uow, run, at)
    counted = select_columns_in(uow.tenant, _Change, col(_Change.outcome), func.count())
    found = await uow.session.execute(counted.where(col(_Change.run_id) == run.id).group_by(col(_Change.outcome)))
    return {ChangeOutcome(outcome): count for outcome, count in found}


async def _judge(uow: UnitOfWork, run_id: UUID) -> None:
    judged = union_all(judged_fields(uow.tenant, run_id), judged_rules(uow.tenant, run_id)).subquery("judged")
    statement = update_in(uow.tenant, _Change).where(col(_Change.id) == judged.c.id).values(outcome=judged.c.outcome)
    await uow.session.execute(statement.execution_options(synchronize_session=False))


def _written(uow: UnitOfWork, run: WorkflowRun) -> Subquery:
    """For each asset the fields that it gets, in the form in which they are stored, and what that is called."""
    is_edited = col(_Change.evidence).op("?", is_comparison=True)(EDITED_BY)
    value = func.jsonb_build_object(
        "value", col(_Change.after),
        "origin", case((is_edited, FieldOrigin.HUMAN), else_=FieldOrigin.GENERATED),
        "confidence", case((is_edited, None), else_=col(_Change.confidence)),
        "run_id", literal(str(run.id)),
    )  # fmt: skip
    names = func.string_agg(col(_Change.field), aggregate_order_by(literal(", "), col(_Change.field)))
    return (
        changes_that_were(
            ChangeOutcome.APPLIED,
            ChangeSubject.ASSET_FIELD,
            uow,
            run.id,
            col(_Change.asset_fqn).label("fqn"),
            func.jsonb_object_agg(col(_Change.field), value).label("fields"),
            func.concat("saved ", names).label("change"),
        )
        .group_by(col(_Change.asset_fqn))
        .subquery("written")
    )


async def _write_fields(uow: UnitOfWork, run: WorkflowRun) -> None:
    changed = await AssetRepository(uow).write_fields(_written(uow, run), run.id)
    if changed:
        uow.emit(AssetsChanged(scopes=run.scopes, changed=changed, run_id=run.id))


async def _decide_rules(uow: UnitOfWork, run: WorkflowRun, at: datetime) -> None:
    """A rule that is applied becomes ACTIVE; a draft that was rejected is RETIRED."""
    for outcome, state in ((ChangeOutcome.APPLIED, RuleState.ACTIVE), (ChangeOutcome.REJECTED, RuleState.RETIRED)):
        decided = changes_that_were(outcome, ChangeSubject.RULE, uow, run.id, col(_Change.rule_id))
        moved = await RuleRepository(uow).move(decided, RuleState.DRAFT, state, at)
        if moved:
            uow.emit(RulesChanged(scopes=run.scopes, rule_ids=tuple(moved), state=state))
