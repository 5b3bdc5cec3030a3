"""The memory of a process that profiles stays within its bound, whatever the table."""

import asyncio
import json
import sys
from collections.abc import Mapping

import pytest

from tests.flows.sources.source_database import SourceDatabase

pytestmark = [
    pytest.mark.db,
    pytest.mark.engine_postgres,
    pytest.mark.xdist_group("memory"),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the most memory that a program ever took"),
]

MOST_MIB = 512
TEXT = "repeat('x', 100000000)"
LONG: Mapping[str, str] = {
    "one_text": f"SELECT 1 AS id, {TEXT} AS v",
    "ten_megabytes": "SELECT i AS id, repeat(chr(64 + i), 10000000) AS v FROM generate_series(1, 20) i",
    "one_document": f"SELECT jsonb_build_object('k', {TEXT}) AS v",
    "one_binary": f"SELECT convert_to({TEXT}, 'UTF8') AS v",
    "one_array": "SELECT array_agg(i) AS v FROM generate_series(1, 15000000) i",
}
MANY: Mapping[str, str] = {
    "packed": "SELECT i, repeat('y', 20000) AS a, repeat('z', 20000) AS b FROM generate_series(1, 3000) i",
    "distinct_texts": "SELECT repeat(md5(i::text), 6) || '12345678' AS v FROM generate_series(1, 1000000) i",
    "texts": f"SELECT {', '.join(f'md5((i + {n})::text) AS c{n}' for n in range(20))} FROM generate_series(1, 50000) i",
    # As wide as PostgreSQL allows; from 2,048 rows on DuckDB holds 256 KiB for each column.
    "wide": f"SELECT {', '.join(f'i % {n + 1} AS c{n}' for n in range(1600))} FROM generate_series(1, 2000) i",
}


@pytest.mark.parametrize("tables", [LONG, MANY], ids=["long values", "many values"])
async def test_a_process_stays_within_its_memory(database: SourceDatabase, tables: Mapping[str, str]) -> None:
    await database.run(*(f"CREATE TABLE {name} AS {rows}" for name, rows in tables.items()), "ANALYZE")

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.flows.profiling.alone", database.server.dsn(database.name), *tables),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()

    found = json.loads(told)
    assert found["failed"] == {}
    assert found["peak_mib"] < MOST_MIB
