import asyncpg

from domain.identifiers import new_id
from domain.identity import OrganizationId, ProjectId, Tenant

_SEEDED = ("dimension", "metric", "metric_invalidation")


async def add_tenant(sql: asyncpg.Connection, name: str) -> Tenant:
    """Another organization with one project, seeded like the default project."""
    tenant = Tenant(OrganizationId(new_id()), ProjectId(new_id()))
    await sql.execute(
        "INSERT INTO organization (id, name, created_at) VALUES ($1, $2, now())", tenant.organization_id, name
    )
    await sql.execute(
        "INSERT INTO project (id, organization_id, name, created_at) VALUES ($1, $2, $3, now())",
        tenant.project_id,
        tenant.organization_id,
        name,
    )
    for table in _SEEDED:
        columns = await sql.fetchval(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_name = $1 AND column_name NOT IN ('organization_id', 'project_id')",
            table,
        )
        await sql.execute(
            f"INSERT INTO {table} (organization_id, project_id, {columns}) SELECT $1, $2, {columns} FROM {table}"
            " WHERE project_id = (SELECT id FROM project WHERE name = 'default')",
            tenant.organization_id,
            tenant.project_id,
        )
    return tenant
