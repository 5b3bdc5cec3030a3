from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg

from benchmarks.scale.indexes import without_indexes
from benchmarks.scale.size import METRICS, Size
from domain.identity import Tenant

BATCH = 1_000_000
SPREAD = timedelta(days=730)
STRIDE = 7919
"""A prime: walks through all columns, and through all checks of a column, without an order that could help."""

_BATCH = """
INSERT INTO violation (id, organization_id, project_id, check_key, asset_fqn, service_key, schema_key, table_key,
                       metric, dimension, severity, status, resolution, opened_at, last_seen_at, occurrences,
                       resolved_at, resolved_by, details, imported)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(hash, 1, 3) || '8'
        || substr(hash, 4, 15))::uuid,
       $1, $2, 'check' || slot, fqn, service_key, schema_key, table_key, ($3::text[])[1 + slot % cardinality($3)],
       'completeness', ('{LOW,MEDIUM,HIGH,CRITICAL}'::text[])[1 + slot % 4],
       CASE WHEN is_open THEN 'OPEN' ELSE 'RESOLVED' END,
       CASE WHEN NOT is_open THEN 'PASSED_ON_REASSESSMENT' END, at, at, 1,
       CASE WHEN NOT is_open THEN at + interval '1 day' END, CASE WHEN NOT is_open THEN 'assay' END,
       '{"evaluated": 1000, "failed": 3}', false
  FROM (SELECT n, md5(n::text) AS hash, $4::timestamptz + n * $5::interval AS at, c.*, (n / $6)::int AS slot,
               c.number < $7 AND (n / $6 * $8) % $9 * $7 + c.number < $10 AS is_open
          FROM generate_series($11::bigint, $12::bigint) AS n
          JOIN bench_column AS c ON c.number = n * $8 % $6
         ORDER BY n) AS numbered
"""


async def load_violations(
    sql: asyncpg.Connection, tenant: Tenant, size: Size, last: datetime, tell: Callable[[str], None]
) -> None:
    """Each column has had as many; those that are open lie in the first schemas and anywhere in time."""
    async with without_indexes(sql, "violation", tell):
        for start in range(0, size.violations, BATCH):
            end = min(start + BATCH, size.violations)
            await sql.execute(
                _BATCH,
                tenant.organization_id,
                tenant.project_id,
                list(METRICS),
                last - SPREAD,
                SPREAD / size.violations,
                size.all_columns,
                size.troubled_columns,
                STRIDE,
                size.slots,
                size.open_violations,
                start,
                end - 1,
            )
            tell(f"violations: {end:,} of {size.violations:,}")
