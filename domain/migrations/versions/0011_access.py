"""Members of projects, tokens of programs, and rights in parts of a catalogue"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from domain.migrations.scope_wall import (
    confine_to_grant,
    drop_scope_functions,
    drop_scope_policies,
    keep_from_change,
    make_scope_functions,
    show_within_grant,
)
from domain.migrations.tenant_wall import protect

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


WORK = "is_work_granted(targets, connection_name)"
CONFINED = {
    "approval": "is_run_granted(run_id)",
    "asset": "is_granted(fqn)",
    "asset_version": "is_asset_granted(asset_id)",
    "column_profile": "is_profile_granted(table_profile_id)",
    "dq_rule": "is_granted(asset_fqn)",
    "glossary_link": "is_asset_granted(asset_id)",
    "llm_call": "is_granted(asset_fqn)",
    "member": "false",
    "metric_cell": "is_granted(asset_fqn)",
    "metric_snapshot": "is_granted(asset_fqn)",
    "proposed_change": "is_run_granted(run_id)",
    "rule_execution": "is_rule_granted(rule_id)",
    "rule_version": "is_rule_granted(rule_id)",
    "run_item": "is_run_granted(run_id)",
    "run_log": "is_run_granted(run_id)",
    "service_token": "false",
    "table_profile": "is_granted(fqn)",
    "table_score": "is_granted(table_fqn)",
    "violation": "is_granted(asset_fqn)",
    "violation_history": "is_violation_granted(violation_id)",
    "workflow_configuration": WORK,
    "workflow_run": WORK,
}
SHOWN = {
    "audit_event": "(resource = 'asset' AND is_granted(resource_key))",
    "data_connection": "leads_to_grant(service_fqn(name))",
    "domain_event": "is_event_granted(type, scopes)",
}
OF_THE_PROJECT = ("dimension", "metric", "metric_invalidation")


def upgrade() -> None:
    _add_members()
    _add_tokens()
    make_scope_functions()
    for table, condition in CONFINED.items():
        confine_to_grant(table, condition)
    for table, condition in SHOWN.items():
        show_within_grant(table, condition)
    for table in OF_THE_PROJECT:
        keep_from_change(table)
    keep_from_change("data_connection", "is_granted(service_fqn(name))")


def _add_members() -> None:
    op.create_table(
        "member",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text(collation="C")), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id", "subject"),
    )
    protect("member", may="SELECT, INSERT, UPDATE, DELETE")


def _add_tokens() -> None:
    op.create_table(
        "service_token",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text(collation="C")), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(
        "uq_service_token_name",
        "service_token",
        ["organization_id", "project_id", "name"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    protect("service_token", may="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    for table in (*CONFINED, *SHOWN, *OF_THE_PROJECT):
        drop_scope_policies(table)
    drop_scope_functions()
    op.drop_table("service_token")
    op.drop_table("member")
