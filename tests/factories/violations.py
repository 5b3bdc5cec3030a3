from datetime import datetime
from uuid import UUID

import asyncpg

from domain.bootstrap import Domain
from domain.db.scope_keys import keys_of
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor, Tenant
from domain.pages import PageRequest
from domain.violations.filters import ViolationFilter
from domain.violations.model import Violation, ViolationStatus
from tests.factories.assets import FOUND_AT


async def import_violation(
    sql: asyncpg.Connection,
    tenant: Tenant,
    asset: Fqn,
    *,
    metric: str = "complete_values",
    check: str = "imported",
    status: ViolationStatus = ViolationStatus.OPEN,
    opened_at: datetime = FOUND_AT,
) -> UUID:
    """A violation as an import leaves it: several may be open for one check and asset."""
    row_id = new_id()
    await sql.execute(
        "INSERT INTO violation (id, organization_id, project_id, check_key, asset_fqn, metric, dimension, severity,"
        " status, opened_at, last_seen_at, occurrences, details, imported, service_key, schema_key, table_key)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'completeness', 'LOW', $7, $8, $8, 1, '{}', true, $9, $10, $11)",
        row_id,
        tenant.organization_id,
        tenant.project_id,
        check,
        str(asset),
        metric,
        status,
        opened_at,
        *keys_of(tenant, asset).values(),
    )
    return row_id


async def violations_in(domain: Domain, actor: Actor, scope: Fqn, *status: ViolationStatus) -> list[Violation]:
    """The violations of a scope, the oldest first."""
    page = await domain.read.violations.page(
        actor.tenant, scope, ViolationFilter(status=status), PageRequest(first=100)
    )
    return [violation for _, violation in reversed(page.items)]
