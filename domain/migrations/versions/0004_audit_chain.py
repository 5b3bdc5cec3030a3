"""Audit events are linked into chains and cannot be changed"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# `*=` compares byte by byte: to `=`, the numbers 1.0 and 1.00 in the JSON would be the same.
KEEP = """
    CREATE FUNCTION keep_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE unsealed audit_event;
    BEGIN
        IF TG_OP = 'INSERT' AND NEW.sequence IS NULL THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL THEN
            unsealed := NEW;
            unsealed.sequence := NULL;
            unsealed.previous_hash := NULL;
            unsealed.hash := NULL;
            IF unsealed *= OLD THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'audit_event is append-only: this % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END $$
"""


def upgrade() -> None:
    op.add_column(
        "audit_event", sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False)
    )  # what is there is numbered in the order in which it is stored, which is that of its writing
    op.add_column("audit_event", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("audit_event", sa.Column("previous_hash", sa.Text(), nullable=True))
    op.add_column("audit_event", sa.Column("hash", sa.Text(), nullable=True))
    op.create_check_constraint(
        "ck_audit_event_link", "audit_event", "num_nulls(sequence, previous_hash, hash) IN (0, 3)"
    )
    op.create_index("uq_audit_event_sequence", "audit_event", ["project_id", "sequence"], unique=True)
    op.create_index(
        "ix_audit_event_unsealed", "audit_event", ["position"], postgresql_where=sa.text("sequence IS NULL")
    )
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER keep_rows BEFORE INSERT OR UPDATE OR DELETE ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION keep_audit_event()"
    )
    op.execute(
        "CREATE TRIGGER keep_table BEFORE TRUNCATE ON audit_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_event()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_table ON audit_event")
    op.execute("DROP TRIGGER keep_rows ON audit_event")
    op.execute("DROP FUNCTION keep_audit_event()")
    op.drop_index("ix_audit_event_unsealed", table_name="audit_event")
    op.drop_index("uq_audit_event_sequence", table_name="audit_event")
    op.drop_constraint("ck_audit_event_link", "audit_event")
    for column in ("hash", "previous_hash", "sequence", "position"):
        op.drop_column("audit_event", column)
