"""Scores at scale: the log in partitions, the newest cells and the sums of tables beside it, versions of weights"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql

from domain.metrics.partitions import ELSEWHERE, LOG, creation_of, months_from

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_EARLIER = "metric_snapshot_before_partitions"


def upgrade() -> None:
    _version_the_weights()
    _partition_the_log()
    _add_the_newest_cells()
    _add_the_sums_of_tables()
    op.create_table(
        "withdrawn_save",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("save_version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "save_version"),
    )
    _number_the_contents()
    _remember_what_a_save_did()


def _version_the_weights() -> None:
    for table in ("dimension", "metric", "metric_invalidation"):
        op.add_column(table, sa.Column("since", sa.DateTime(timezone=True)))
        op.add_column(table, sa.Column("changed_by", sa.Text(), nullable=False, server_default="assay"))
        op.alter_column(table, "changed_by", server_default=None)
        op.execute(f"UPDATE {table} SET since = created_at FROM project WHERE project.id = project_id")  # noqa: S608 - names of this loop
        op.alter_column(table, "since", nullable=False)
        op.drop_constraint(f"{table}_pkey", table)
    op.create_primary_key("dimension_pkey", "dimension", ["project_id", "name", "version"])
    op.create_primary_key("metric_pkey", "metric", ["project_id", "name", "version"])
    op.add_column("metric_invalidation", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("metric_invalidation", "version", server_default=None)
    op.add_column("metric_invalidation", sa.Column("assessment_types", postgresql.ARRAY(sa.Text())))
    op.execute(
        """
        WITH gathered AS (SELECT project_id, run_type, array_agg(assessment_type ORDER BY assessment_type) AS types
                            FROM metric_invalidation GROUP BY project_id, run_type)
        UPDATE metric_invalidation AS kept SET assessment_types = gathered.types
          FROM gathered
         WHERE gathered.project_id = kept.project_id AND gathered.run_type = kept.run_type
           AND kept.assessment_type = gathered.types[1]
        """
    )
    op.execute("DELETE FROM metric_invalidation WHERE assessment_types IS NULL")
    op.alter_column("metric_invalidation", "assessment_types", nullable=False)
    op.drop_column("metric_invalidation", "assessment_type")
    op.create_primary_key("metric_invalidation_pkey", "metric_invalidation", ["project_id", "run_type", "version"])


def _partition_the_log() -> None:
    op.rename_table(LOG, _EARLIER)
    for index in ("ix_metric_snapshot_cell", "ix_metric_snapshot_scope"):
        op.drop_index(index, _EARLIER)
    op.execute("CREATE SEQUENCE metric_snapshot_id_seq AS bigint")
    op.create_table(
        LOG,
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), sa.ForeignKey("project.id"), nullable=False),
        sa.Column(
            "id", sa.BigInteger(), nullable=False, server_default=sa.text("nextval('metric_snapshot_id_seq'::regclass)")
        ),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("asset_fqn", sa.Text(collation="C"), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Uuid()),
        sa.Column("save_version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", "observed_at", name="metric_snapshot_log_pkey"),
        postgresql_partition_by="RANGE (observed_at)",
    )
    op.execute(f"CREATE TABLE {ELSEWHERE} PARTITION OF {LOG} DEFAULT")
    for month in months_from(datetime.now(UTC)):
        for statement in creation_of(month):
            op.execute(statement)
    op.execute(
        f"""
        INSERT INTO {LOG} (organization_id, project_id, metric, asset_fqn, numerator, denominator, observed_at, run_id,
                           save_version)
        SELECT s.organization_id, s.project_id, metric, asset_fqn, numerator, denominator, observed_at, s.run_id,
               CASE WHEN denominator = 0 THEN coalesce(approval.version, 2) END
          FROM {_EARLIER} AS s LEFT JOIN approval ON approval.run_id = s.run_id
         ORDER BY observed_at, s.id
        """  # noqa: S608 - names of this module
    )
    op.drop_table(_EARLIER)
    op.create_index("ix_metric_snapshot_cell", LOG, ["project_id", "asset_fqn", "metric", "observed_at", "id"])
    op.create_index(
        "ix_metric_snapshot_tombstone", LOG, ["run_id", "id"], postgresql_where=sa.text("denominator = 0")
    )


def _add_the_newest_cells() -> None:
    op.create_table(
        "metric_cell",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("asset_fqn", sa.Text(collation="C"), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("table_fqn", sa.Text(collation="C"), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Uuid()),
        sa.Column("save_version", sa.Integer()),
        sa.PrimaryKeyConstraint("project_id", "asset_fqn", "metric"),
    )
    op.execute(
        """
        INSERT INTO metric_cell
        SELECT DISTINCT ON (s.project_id, s.asset_fqn, s.metric)
               s.organization_id, s.project_id, s.asset_fqn, s.metric,
               CASE WHEN asset.type = 'COLUMN' THEN asset.parent_fqn ELSE s.asset_fqn END,
               s.numerator, s.denominator, s.observed_at, s.id, s.run_id, s.save_version
          FROM metric_snapshot AS s
          LEFT JOIN asset ON asset.project_id = s.project_id AND asset.fqn = s.asset_fqn
         ORDER BY s.project_id, s.asset_fqn, s.metric, s.observed_at DESC, s.id DESC
        """
    )


def _add_the_sums_of_tables() -> None:
    op.create_table(
        "table_score",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), sa.ForeignKey("project.id"), nullable=False),
        sa.Column("table_fqn", sa.Text(collation="C"), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("assets_assessed", sa.Integer(), nullable=False),
        sa.Column("assets_pending", sa.Integer(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("project_id", "table_fqn", "metric"),
    )
    op.execute(
        """
        INSERT INTO table_score
        SELECT c.organization_id, c.project_id, c.table_fqn, c.metric, sum(c.numerator), sum(c.denominator),
               count(*) FILTER (WHERE c.denominator > 0), count(*) FILTER (WHERE c.denominator = 0),
               max(c.observed_at) FILTER (WHERE c.denominator > 0)
          FROM metric_cell AS c
         WHERE NOT EXISTS (SELECT FROM asset WHERE asset.project_id = c.project_id AND asset.fqn = c.asset_fqn
                                               AND asset.deleted_at IS NOT NULL)
         GROUP BY c.organization_id, c.project_id, c.table_fqn, c.metric
        """
    )


def _number_the_contents() -> None:
    """An undone Save gives an asset a new version with an old content: what was based on that content still is."""
    for table in ("asset", "asset_version"):
        op.add_column(table, sa.Column("content_version", sa.Integer()))
        op.execute(f"UPDATE {table} SET content_version = version")  # noqa: S608 - names of this loop
        op.alter_column(table, "content_version", nullable=False)


def _remember_what_a_save_did() -> None:
    op.add_column("approval", sa.Column("invalidated_metrics", postgresql.ARRAY(sa.Text())))
    op.execute(
        """
        UPDATE approval SET invalidated_metrics = ARRAY(
            SELECT DISTINCT metric FROM metric_snapshot AS s WHERE s.run_id = approval.run_id AND denominator = 0
             ORDER BY metric)
        """
    )
    op.alter_column("approval", "invalidated_metrics", nullable=False)
    op.add_column("approval", sa.Column("undone_by", sa.Text()))
    op.add_column("approval", sa.Column("undone_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_violation_superseded",
        "violation",
        ["resolved_by_run", "id"],
        postgresql_where=sa.text("resolved_by_run IS NOT NULL"),
    )


def downgrade() -> None:
    raise CommandError("The log cannot be put back into one table without losing its order; restore a backup.")
