"""Which process carries out a run"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """A process that is at work meanwhile made no claim, so that nothing refuses it."""
    op.add_column("workflow_run", sa.Column("claimed_by", sa.Uuid(), nullable=True))
    op.add_column("workflow_run", sa.Column("claimed_for", sa.Uuid(), nullable=True))
    op.add_column("workflow_run", sa.Column("claimed_start", sa.Integer(), nullable=True))


def downgrade() -> None:
    for column in ("claimed_by", "claimed_for", "claimed_start"):
        op.drop_column("workflow_run", column)
