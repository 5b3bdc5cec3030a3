"""Made-up databases, each in a manner of its own: SQL files beside this one, with their references declared."""

from importlib.resources import files

import asyncpg

_FOLDER = files("benchmarks.relationships") / "databases"
MADE_UP = (
    "clinic",
    "flights",
    "folded",
    "forum",
    "laden",
    "ledger",
    "library",
    "network",
    "shop",
    "staffing",
    "warehouse",
)


async def fill(dsn: str, name: str) -> None:
    """The rows are the same every time."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT setseed(0.42)")
        await connection.execute((_FOLDER / f"{name}.sql").read_text())
    finally:
        await connection.close()
