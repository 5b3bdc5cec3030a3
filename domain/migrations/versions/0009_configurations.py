"""Set-ups of kinds of work, and which of them led to a run"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from domain.migrations.tenant_wall import protect

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "workflow_configuration",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("connection_name", sa.Text(), nullable=False),
        sa.Column("targets", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("save_all", sa.Boolean(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("triggers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "uq_workflow_configuration_name",
        "workflow_configuration",
        ["organization_id", "project_id", "name"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    protect("workflow_configuration", may="SELECT, INSERT, UPDATE")
    op.add_column("workflow_run", sa.Column("configuration_id", sa.Uuid(), nullable=True))
    op.add_column(
        "workflow_run", sa.Column("led_by", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}")
    )
    op.alter_column("workflow_run", "led_by", server_default=None)
    op.create_foreign_key(
        "workflow_run_configuration_id_fkey",
        "workflow_run",
        "workflow_configuration",
        ["configuration_id"],
        ["id"],
    )
    op.create_index(
        "ix_workflow_run_configuration",
        "workflow_run",
        ["configuration_id", "id"],
        postgresql_where=sa.text("configuration_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_workflow_run_configuration", table_name="workflow_run")
    op.drop_column("workflow_run", "led_by")
    op.drop_column("workflow_run", "configuration_id")
    op.drop_table("workflow_configuration")
