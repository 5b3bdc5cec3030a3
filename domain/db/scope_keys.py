"""Small numbers that stand for the scopes a row lies in, so that the rows of a scope can be walked in another order.

A scope is a range of FQNs, and an index on the FQN gives that range in the order of the names only. An index on
(key of a level, id) gives it newest first. The key is a way in and no more: `in_scope` stays beside it as the
truth, so two scopes with the same key cost time and never mix.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, false, or_, true
from sqlmodel import Field, col

from domain.db.columns import FqnText
from domain.db.keyset import Walk
from domain.db.scope import in_scope
from domain.db.tenancy import TenantRow
from domain.fqn import Fqn
from domain.identity import Tenant

KEY_BYTES = 8  # a bigint
SERVICE, SCHEMA, TABLE = 1, 3, 4


class KeyedRow(TenantRow):
    """A row about an asset, within reach by its service, schema and table; a key is null where the asset lies above."""

    asset_fqn: str = Field(sa_type=FqnText)
    service_key: int = Field(sa_type=BigInteger)
    schema_key: int | None = Field(default=None, sa_type=BigInteger)
    table_key: int | None = Field(default=None, sa_type=BigInteger)


def scope_key(tenant: Tenant, scope: Fqn) -> int:
    text = tenant.project_id.bytes + str(scope).encode()
    return int.from_bytes(blake2b(text, digest_size=KEY_BYTES).digest(), signed=True)


def keys_of(tenant: Tenant, asset: Fqn) -> dict[str, Any]:  # spread over constructors, as `owned_by` is
    """The key columns of a row about the asset."""
    return {
        name: scope_key(tenant, Fqn(asset.parts[:depth])) if asset.depth >= depth else None
        for name, depth in (("service_key", SERVICE), ("schema_key", SCHEMA), ("table_key", TABLE))
    }


def is_within(row: type[KeyedRow], tenant: Tenant, scope: Fqn) -> ColumnElement[bool]:
    """`in_scope` by way of a key."""
    way = walk_of(row, tenant, scope)
    return and_(way.column == way.value, is_truly_within(row, scope))


def is_truly_within(row: type[KeyedRow], scope: Fqn) -> ColumnElement[bool]:
    """`in_scope` for rows that a key has led to.

    Inside a CASE the planner sees no second range: it would multiply the odds of two conditions that say the same,
    take the scope for all but empty, and sort all of it for every page.
    """
    return case((in_scope(col(row.asset_fqn), scope), true()), else_=false())


def walk_of(row: type[KeyedRow], tenant: Tenant, scope: Fqn) -> Walk:
    """The way to the rows of a scope: a database is reached by its service, a column by its table."""
    column, depth = _level_of(row, scope)
    return Walk(col(column), scope_key(tenant, Fqn(scope.parts[:depth])))


def is_within_any(row: type[KeyedRow], tenant: Tenant, scopes: Sequence[Fqn]) -> ColumnElement[bool]:
    """Inside at least one of the scopes; false when there is none."""
    return or_(false(), *(is_within(row, tenant, scope) for scope in scopes))


def _level_of(row: type[KeyedRow], scope: Fqn) -> tuple[int | None, int]:
    if scope.depth >= TABLE:
        return row.table_key, TABLE
    if scope.depth >= SCHEMA:
        return row.schema_key, SCHEMA
    return row.service_key, SERVICE
