"""Violations at scale: ways into a scope, newest first, and the history of each violation"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from domain.db.scope_keys import keys_of
from domain.fqn import Fqn
from domain.identity import OrganizationId, ProjectId, Tenant
from domain.migrations.tenant_wall import protect

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEYS = ("service_key", "schema_key", "table_key")
BATCH = 5_000
CURRENT = sa.text("status IN ('OPEN', 'ACKNOWLEDGED')")


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")  # a large table takes its time
    for name in KEYS:
        op.add_column("violation", sa.Column(name, sa.BigInteger(), nullable=True))
    _fill_keys()
    op.alter_column("violation", "service_key", nullable=False)
    op.drop_index("ix_violation_scope", table_name="violation")
    op.create_index("ix_violation_project", "violation", ["project_id", "id"])
    op.create_index("ix_violation_service", "violation", ["service_key", "id"])
    op.create_index("ix_violation_schema", "violation", ["schema_key", "id"])
    op.create_index("ix_violation_table", "violation", ["table_key", "id"])
    op.create_index("ix_violation_opened", "violation", ["opened_at"], postgresql_using="brin")
    op.create_index("ix_violation_current_project", "violation", ["project_id", "id"], postgresql_where=CURRENT)
    op.create_index("ix_violation_current_service", "violation", ["service_key", "id"], postgresql_where=CURRENT)
    op.create_index("ix_violation_current_schema", "violation", ["schema_key", "id"], postgresql_where=CURRENT)
    op.create_index("ix_violation_current_table", "violation", ["table_key", "id"], postgresql_where=CURRENT)
    # What was imported may have named its check as it liked; from now on the rule's id is the one way to it.
    op.execute("UPDATE violation SET check_key = rule_id::text WHERE imported AND check_key <> rule_id::text")
    op.create_check_constraint("ck_violation_rule", "violation", "rule_id IS NULL OR check_key = rule_id::text")
    op.add_column("violation", sa.Column("severity_by", sa.Text(), nullable=True))
    _create_history()


def _fill_keys() -> None:
    """Only Python parses FQNs. Each asset once, whatever the number of its violations."""
    connection = op.get_bind()
    assets = connection.execute(sa.text("SELECT DISTINCT organization_id, project_id, asset_fqn FROM violation")).all()
    for start in range(0, len(assets), BATCH):
        connection.execute(
            sa.text(
                "UPDATE violation AS v SET service_key = k.service, schema_key = k.schema, table_key = k.of_table"
                " FROM unnest(CAST(:projects AS uuid[]), CAST(:fqns AS text[]), CAST(:service AS bigint[]),"
                " CAST(:schema AS bigint[]), CAST(:of_table AS bigint[])) AS k (project, fqn, service, schema, of_table)"
                " WHERE v.project_id = k.project AND v.asset_fqn = k.fqn"
            ),
            _keys(assets[start : start + BATCH]),
        )


def _keys(assets: Sequence[sa.Row[tuple[UUID, UUID, str]]]) -> dict[str, list[object]]:
    keys = [
        keys_of(Tenant(OrganizationId(organization), ProjectId(project)), Fqn.parse(fqn))
        for organization, project, fqn in assets
    ]
    return {
        "projects": [str(asset.project_id) for asset in assets],
        "fqns": [asset.asset_fqn for asset in assets],
        "service": [key["service_key"] for key in keys],
        "schema": [key["schema_key"] for key in keys],
        "of_table": [key["table_key"] for key in keys],
    }


def _create_history() -> None:
    op.create_table(
        "violation_history",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("violation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evaluated", sa.BigInteger(), nullable=True),
        sa.Column("failed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("violation_id", "id"),
    )
    protect("violation_history", may="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("violation_history")
    op.drop_column("violation", "severity_by")
    op.drop_constraint("ck_violation_rule", "violation", type_="check")
    for name in ("table", "schema", "service", "project"):
        op.drop_index(f"ix_violation_current_{name}", table_name="violation")
    for name in ("opened", "table", "schema", "service", "project"):
        op.drop_index(f"ix_violation_{name}", table_name="violation")
    op.create_index("ix_violation_scope", "violation", ["project_id", "asset_fqn", "status"])
    for name in reversed(KEYS):
        op.drop_column("violation", name)
