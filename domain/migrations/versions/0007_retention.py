"""What retention needs to know: how far back the events of a project go"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from domain.migrations.tenant_wall import protect

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "feed_horizon",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )
    protect("feed_horizon", may="SELECT")


def downgrade() -> None:
    op.drop_table("feed_horizon")
