"""Row-level security on every table of tenants"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

from domain.migrations.tenant_wall import expose, make_tenant_role, protect
from domain.tenant_role import TENANT_ROLE

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND = "SELECT, INSERT"
CHANGE = "SELECT, INSERT, UPDATE"
REPLACE = "SELECT, INSERT, DELETE"
ANYTHING = "SELECT, INSERT, UPDATE, DELETE"

MAY: Mapping[str, str] = {
    "approval": CHANGE,
    "asset": CHANGE,
    "asset_version": APPEND,
    "audit_event": APPEND,
    "column_profile": APPEND,
    "data_connection": CHANGE,
    "dimension": APPEND,
    "domain_event": APPEND,
    "glossary_link": REPLACE,
    "handled_event": APPEND,
    "llm_answer": APPEND,
    "llm_call": APPEND,
    "metric": APPEND,
    "metric_cell": CHANGE,
    "metric_invalidation": APPEND,
    "metric_snapshot": APPEND,
    "rule_execution": CHANGE,
    "rule_version": APPEND,
    "run_item": CHANGE,
    "run_log": APPEND,
    "table_profile": REPLACE,
    "table_score": REPLACE,
    "violation": CHANGE,
    "withdrawn_save": APPEND,
    "workflow_run": CHANGE,
}
"""Tables that are not here are changed in every way."""

# Read from the database rather than listed: a table that was forgotten would be a hole in the wall.
TENANT_TABLES = sa.text(
    """
    SELECT c.relname
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE a.attname = 'project_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relnamespace = current_schema()::regnamespace
     ORDER BY c.relname
    """
)


def upgrade() -> None:
    make_tenant_role()
    op.execute(f"GRANT USAGE ON SEQUENCE metric_snapshot_id_seq TO {TENANT_ROLE}")
    for table in op.get_bind().scalars(TENANT_TABLES).all():
        protect(table, may=MAY.get(table, ANYTHING))


def downgrade() -> None:
    """The role stays: other databases of the server may use it."""
    for table in op.get_bind().scalars(TENANT_TABLES).all():
        expose(table)
