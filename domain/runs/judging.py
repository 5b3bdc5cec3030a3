"""What approving does with each proposed change: said once, in SQL, for the Save and for its preview."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlmodel import col

from domain.assets.model import FieldOrigin
from domain.assets.tables import AssetRow, AssetVersionRow
from domain.db.tenancy import belongs_to
from domain.identity import Tenant
from domain.rules.model import RuleState
from domain.rules.tables import DqRuleRow
from domain.runs.model import ChangeOutcome, ChangeSubject, Decision
from domain.runs.tables import ProposedChangeRow

_Change = ProposedChangeRow
_is_rejected = col(_Change.decision) == Decision.REJECTED


def _of_run(tenant: Tenant, run_id: UUID, subject: ChangeSubject) -> ColumnElement[bool]:
    return and_(belongs_to(tenant, _Change), col(_Change.run_id) == run_id, col(_Change.subject) == subject)


def overwrites_a_person() -> ColumnElement[bool]:
    """Whether the field that a change would write holds a person's own value."""
    origin = func.jsonb_extract_path_text(col(AssetRow.fields), col(_Change.field), "origin")
    return func.coalesce(origin == FieldOrigin.HUMAN, literal(value=False))


def judged_fields(tenant: Tenant, run_id: UUID) -> Select[tuple[UUID, str, bool]]:
    """Id, outcome and `is_human` of each change of an asset's field.

    A change is based on a content: a version that an undone Save brought back counts as the one that it brought back.
    """
    asset, base = AssetRow, AssetVersionRow
    is_based_on_it = col(base.content_version) == col(asset.content_version)
    outcome = case(
        (_is_rejected, ChangeOutcome.REJECTED),
        (func.coalesce(~is_based_on_it, literal(value=True)), ChangeOutcome.CONFLICT),
        (overwrites_a_person(), ChangeOutcome.KEPT_HUMAN),
        else_=ChangeOutcome.APPLIED,
    )
    return (
        select(col(_Change.id), outcome.label("outcome"), overwrites_a_person().label("is_human"))
        .outerjoin(
            asset,
            and_(
                belongs_to(tenant, asset),
                col(asset.fqn) == col(_Change.asset_fqn),
                col(asset.deleted_at).is_(None),
            ),
        )
        .outerjoin(
            base,
            and_(
                belongs_to(tenant, base),
                col(base.asset_id) == col(asset.id),
                col(base.version) == col(_Change.base_version),
            ),
        )
        .where(_of_run(tenant, run_id, ChangeSubject.ASSET_FIELD))
    )


def judged_rules(tenant: Tenant, run_id: UUID) -> Select[tuple[UUID, str, bool]]:
    """Id, outcome and `is_human` of each change that activates a drafted rule."""
    rule = DqRuleRow
    is_as_drafted = and_(col(rule.state) == RuleState.DRAFT, col(rule.version) == col(_Change.base_version))
    outcome = case(
        (_is_rejected, ChangeOutcome.REJECTED),
        (func.coalesce(~is_as_drafted, literal(value=True)), ChangeOutcome.CONFLICT),
        else_=ChangeOutcome.APPLIED,
    )
    return (
        select(col(_Change.id), outcome.label("outcome"), literal(value=False).label("is_human"))
        .outerjoin(rule, and_(belongs_to(tenant, rule), col(rule.id) == col(_Change.rule_id)))
        .where(_of_run(tenant, run_id, ChangeSubject.RULE))
    )
