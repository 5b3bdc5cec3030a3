"""Places at a connection, and how often a run began and was submitted again"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COUNTERS = ("times_begun", "resubmissions")
MOMENTS = ("waiting_since", "resubmitted_at")

# What was asked for and not handed to Prefect yet waits from now on, in the order in which it was asked for.
_WAIT = """
    UPDATE workflow_run SET waiting_since = created_at
     WHERE status = 'PENDING' AND prefect_flow_run_id IS NULL
"""
_WAIT_AGAIN = """
    UPDATE workflow_run SET status = 'PENDING', waiting_since = e.occurred_at
      FROM domain_event AS e
     WHERE e.type = 'run.retry_requested' AND e.due_at IS NOT NULL
       AND workflow_run.id = (e.payload ->> 'run_id')::uuid
       AND workflow_run.status IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
"""


def upgrade() -> None:
    for counter in COUNTERS:
        op.add_column("workflow_run", sa.Column(counter, sa.Integer(), nullable=False, server_default="0"))
        op.alter_column("workflow_run", counter, server_default=None)
    for moment in MOMENTS:
        op.add_column("workflow_run", sa.Column(moment, sa.DateTime(timezone=True), nullable=True))
    op.execute(_WAIT)
    op.execute(_WAIT_AGAIN)
    op.create_index(
        "ix_workflow_run_at_connection",
        "workflow_run",
        ["connection_id", "waiting_since"],
        postgresql_where=sa.text("status IN ('PENDING', 'RUNNING', 'CANCELLING')"),
    )


def downgrade() -> None:
    op.drop_index("ix_workflow_run_at_connection", table_name="workflow_run")
    for column in (*MOMENTS, *COUNTERS):
        op.drop_column("workflow_run", column)
