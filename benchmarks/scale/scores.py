from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg

from benchmarks.scale.indexes import without_indexes
from benchmarks.scale.size import METRICS, Size
from domain.identity import Tenant
from domain.metrics.partitions import Month, creation_of

BETWEEN_ROUNDS = timedelta(days=7)

_ROUND = """
INSERT INTO metric_snapshot (organization_id, project_id, metric, asset_fqn, numerator, denominator, observed_at)
SELECT $1, $2, metric, assets.fqn, 1000 - (assets.number + $4) % 100, 1000, $3
  FROM (SELECT number, fqn FROM bench_column
        UNION ALL SELECT min(number), table_fqn FROM bench_column GROUP BY table_fqn) AS assets,
       unnest($5::text[]) AS metric
"""
_CELLS = """
INSERT INTO metric_cell (organization_id, project_id, asset_fqn, metric, table_fqn, numerator, denominator,
                         observed_at, snapshot_id)
SELECT organization_id, project_id, asset_fqn, metric, coalesce(c.table_fqn, asset_fqn), numerator, denominator,
       observed_at, id
  FROM metric_snapshot AS s LEFT JOIN bench_column AS c ON c.fqn = s.asset_fqn
 WHERE observed_at = $1
"""
_SUMS = """
INSERT INTO table_score (organization_id, project_id, table_fqn, metric, numerator, denominator, assets_assessed,
                         assets_pending, observed_at)
SELECT organization_id, project_id, table_fqn, metric, sum(numerator), sum(denominator), count(*), 0, max(observed_at)
  FROM metric_cell GROUP BY organization_id, project_id, table_fqn, metric
"""


async def load_scores(
    sql: asyncpg.Connection, tenant: Tenant, size: Size, last: datetime, tell: Callable[[str], None]
) -> None:
    """A history in which each round scores every metric of every asset; cells and sums are those of the last one."""
    moments = [last - BETWEEN_ROUNDS * back for back in reversed(range(size.rounds))]
    await _make_partitions(sql, moments)
    async with without_indexes(sql, "metric_snapshot", tell):
        for number, moment in enumerate(moments):
            await sql.execute(_ROUND, tenant.organization_id, tenant.project_id, moment, number, list(METRICS))
            tell(f"snapshots: {(number + 1) * size.cells:,} of {size.rounds * size.cells:,}")
    for statement, arguments, name in ((_CELLS, (last,), "metric_cell"), (_SUMS, (), "table_score")):
        await sql.execute(statement, *arguments)
        await sql.execute(f"VACUUM (ANALYZE) {name}")
        tell(name)


async def _make_partitions(sql: asyncpg.Connection, moments: list[datetime]) -> None:
    """As they were made ahead while this history happened."""
    for month in sorted({Month.of(moment) for moment in moments}):
        if await sql.fetchval("SELECT to_regclass($1)", month.partition) is None:
            async with sql.transaction():
                for statement in creation_of(month):
                    await sql.execute(statement)
