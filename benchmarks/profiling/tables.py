"""Tables to profile, and the cheapest look at all of their columns."""

from __future__ import annotations

import asyncpg

LARGE, LARGER = 1_000_000, 5_000_000
SMALL_TABLES, FEWEST_ROWS, MOST_ROWS = 200, 1_000, 10_000

_MIXED = {
    "id": ("bigint", "i"),
    "customer_id": ("integer", "1 + hashint8(i) % 50000"),
    "category": ("smallint", "abs(hashint8(i + 1)) % 40"),
    "amount": ("numeric(12, 2)", "(abs(hashint8(i + 2)) % 1000000) / 100.0"),
    "discount": ("numeric(5, 2)", "CASE WHEN i % 7 = 0 THEN (i % 40) / 2.0 END"),
    "ratio": ("double precision", "sin(i)"),
    "score": ("real", "sqrt(abs(hashint8(i + 3)) % 10000)"),
    "is_active": ("boolean", "i % 3 <> 0"),
    "created_at": ("timestamptz", "timestamptz '2024-01-01 UTC' + i * interval '31 seconds'"),
    "updated_at": ("timestamp", "CASE WHEN i % 5 <> 0 THEN timestamp '2025-01-01' + i * interval '7 seconds' END"),
    "day": ("date", "date '2020-01-01' + (abs(hashint8(i + 4)) % 2000)"),
    "status": ("text", "(ARRAY['new', 'open', 'paid', 'sent', 'closed'])[1 + abs(hashint8(i + 5)) % 5]"),
    "country": ("varchar(2)", "(ARRAY['DE', 'FR', 'IT', 'PL', 'ES', 'NL'])[1 + abs(hashint8(i + 6)) % 6]"),
    "email": ("text", "'user' || i % 300000 || '@example.com'"),
    "phone": ("text", "'+49 30 ' || lpad((abs(hashint8(i + 7)) % 10000000)::text, 7, '0')"),
    "code": ("text", "'AB-' || lpad((i % 1000)::text, 3, '0')"),
    "note": ("text", "CASE WHEN i % 4 = 0 THEN repeat('lorem ', 1 + (i % 9)::integer) END"),
    "token": ("uuid", "md5(i::text)::uuid"),
    "site": ("text", "'https://example.com/' || i % 5000"),
    "weight": ("integer", "CASE WHEN i % 11 <> 0 THEN abs(hashint8(i + 8)) % 100 END"),
}
"""Twenty columns, each with its type and the value of row `i`."""
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double")
_TEXTS = ("text", "varchar")


async def make_table(sql: asyncpg.Connection, name: str, rows: int) -> None:
    values = ", ".join(f"({value})::{data_type} AS {column}" for column, (data_type, value) in _MIXED.items())
    series = f"generate_series(1::bigint, {rows}) i"
    await sql.execute(f"CREATE TABLE {name} AS SELECT {values} FROM {series}")  # noqa: S608 - names of ours
    await sql.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (id)")
    await sql.execute(f"VACUUM ANALYZE {name}")


async def make_small_tables(sql: asyncpg.Connection, schema: str) -> None:
    """Of as many rows as small tables have, evenly between the fewest and the most."""
    for number in range(SMALL_TABLES):
        rows = FEWEST_ROWS + (MOST_ROWS - FEWEST_ROWS) * number // (SMALL_TABLES - 1)
        await make_table(sql, f"{schema}.t_{number:03}", rows)


def one_look(table: str) -> str:
    """All columns in one scan: what every profile has, counted by the source itself."""
    asked = ["count(*)"]
    for column, (data_type, _) in _MIXED.items():
        asked.append(f"count({column})")
        if data_type.startswith(_NUMBERS):
            asked += [f"{name}({column})" for name in ("min", "max", "avg", "stddev_pop")]
        elif data_type.startswith(_TEXTS):
            asked += [f"{name}({column})" for name in ("min", "max")]
            asked += [f"{name}(length({column}))" for name in ("min", "max", "avg")]
        elif data_type not in {"boolean", "uuid"}:
            asked += [f"{name}({column})" for name in ("min", "max")]
    return f"SELECT {', '.join(asked)} FROM {table}"  # noqa: S608 - names of ours
