"""Tags, versions that stand by themselves, and the glossary"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Versions did not keep these. A type or place that changed in between is not known any more: the current one stands
# in. An asset was gone from the version on that says so; for the current version the asset itself knows since when.
_FILL_VERSIONS = """
    UPDATE asset_version AS v
       SET type = a.type, position = a.position,
           deleted_at = CASE WHEN v.version = a.version THEN a.deleted_at
                             WHEN v.change = 'vanished from the source' THEN v.changed_at END
      FROM asset AS a
     WHERE a.id = v.asset_id
"""


def upgrade() -> None:
    for table in ("asset", "asset_version"):
        tags = sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]")
        op.add_column(table, tags)
        op.alter_column(table, "tags", server_default=None)
    op.add_column("asset_version", sa.Column("type", sa.Text(), nullable=True))
    op.add_column("asset_version", sa.Column("position", sa.Integer(), nullable=True))
    op.add_column("asset_version", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_FILL_VERSIONS)
    op.alter_column("asset_version", "type", nullable=False)
    op.alter_column("asset_version", "position", nullable=False)
    op.create_table(
        "glossary_term",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("synonyms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uq_glossary_term_key", "glossary_term", ["organization_id", "project_id", "key"], unique=True)
    op.create_table(
        "glossary_link",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["term_id"], ["glossary_term.id"]),
        sa.PrimaryKeyConstraint("term_id", "asset_id"),
    )
    op.create_index("ix_glossary_link_asset", "glossary_link", ["asset_id", "term_id"])


def downgrade() -> None:
    op.drop_table("glossary_link")
    op.drop_table("glossary_term")
    for column in ("deleted_at", "position", "type"):
        op.drop_column("asset_version", column)
    for table in ("asset_version", "asset"):
        op.drop_column(table, "tags")
