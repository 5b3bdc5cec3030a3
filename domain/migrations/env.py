"""Runs migrations on the connection that `domain.migrations.runner` hands over."""

from alembic import context
from sqlmodel import SQLModel

from domain.metrics.partitions import is_partition
from domain.migrations.registry import ROWS

LOCK_TIMEOUT = "5s"
"""A migration gives up rather than hold up everyone behind a lock that it waits for."""

assert ROWS
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=True,
    include_name=lambda name, kind, _: not (kind == "table" and is_partition(name)),
)
with context.begin_transaction():
    connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    context.run_migrations()
