"""A person's decisions about single changes, before the run is saved."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from domain.assets.model import AssetField, check_field_value
from domain.db.scope import in_scope
from domain.db.tenancy import select_columns_in, update_in
from domain.db.uow import UnitOfWork
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.runs.judging import judged_fields
from domain.runs.model import EDITED_BY, ChangeId, ChangeSubject, Decision, RunId
from domain.runs.tables import ProposedChangeRow

_Change = ProposedChangeRow


@dataclass(frozen=True, slots=True)
class ChangeDecision:
    """What a person decides about one proposed change; `after` replaces the suggested value."""

    id: ChangeId
    decision: Decision
    after: str | None = None


@dataclass(frozen=True, slots=True)
class ChangePredicate:
    """Which changes of a run are meant: all that meet every condition that is given."""

    min_confidence: float | None = None
    """0 to 1."""
    fields: tuple[str, ...] = ()
    """Fields of assets, or kinds of rules."""
    subject: ChangeSubject | None = None
    scope: Fqn | None = None
    decisions: tuple[Decision, ...] = ()
    """As decided so far; empty for any."""
    overwrites_human: bool | None = None
    """Whether the change would write where a person's own value stands."""

    def __post_init__(self) -> None:
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise Invalid("minConfidence", f"A confidence lies between 0 and 1, not {self.min_confidence}.")

    def said(self) -> dict[str, Any]:
        """The conditions that are given, for the audit."""
        given = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        return given | ({"scope": str(self.scope)} if self.scope else {})


async def decisions_of(uow: UnitOfWork, run_id: RunId) -> dict[str, int]:
    """How many changes of the run are decided how."""
    counted = select_columns_in(uow.tenant, _Change, col(_Change.decision), func.count())
    of_run = counted.where(col(_Change.run_id) == run_id).group_by(col(_Change.decision))
    return {str(decision): count for decision, count in await uow.session.execute(of_run)}


def decide_change(row: ProposedChangeRow, one: ChangeDecision, decided_by: str) -> None:
    row.decision = one.decision
    if one.after is not None:
        if row.subject != ChangeSubject.ASSET_FIELD:
            raise Invalid("after", "A proposed rule is accepted or rejected; edit it once it is active.")
        check_field_value(AssetField(row.field), one.after)
        row.after, row.evidence = one.after, {**row.evidence, EDITED_BY: decided_by}


async def decide_matching(uow: UnitOfWork, run_id: RunId, predicate: ChangePredicate, decision: Decision) -> int:
    """Decide all changes that the predicate means, in one statement; how many."""
    statement = update_in(uow.tenant, _Change).where(col(_Change.run_id) == run_id)
    if predicate.min_confidence is not None:
        statement = statement.where(col(_Change.confidence) >= predicate.min_confidence)
    if predicate.fields:
        statement = statement.where(col(_Change.field).in_(predicate.fields))
    if predicate.subject is not None:
        statement = statement.where(col(_Change.subject) == predicate.subject)
    if predicate.scope is not None:
        statement = statement.where(in_scope(col(_Change.asset_fqn), predicate.scope))
    if predicate.decisions:
        statement = statement.where(col(_Change.decision).in_(predicate.decisions))
    if predicate.overwrites_human is not None:
        judged = judged_fields(uow.tenant, run_id).subquery("judged")
        overwriting = col(_Change.id).in_(select(judged.c.id).where(judged.c.is_human))
        statement = statement.where(overwriting if predicate.overwrites_human else ~overwriting)
    result = await uow.session.execute(statement.values(decision=decision).execution_options(synchronize_session=False))
    return int(getattr(result, "rowcount", 0))
