"""References found again on databases of others, which lie beside the project, and on some that were made up."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.relationships.made_up import MADE_UP, fill
from benchmarks.relationships.rediscovery import rediscover
from benchmarks.relationships.score import Score
from benchmarks.scale.figures import Figure
from deploy.local.bank.load import load_bank
from deploy.local.databases import create_database
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.postgres_binaries import find_program_folder
from deploy.local.throwaway import DATABASE, throwaway_postgres

DATABASES = Path(__file__).parents[2].parent / "shared" / "data" / "databases"
MOST_MISSED, MOST_WRONG = 5.0, 10.0
"""In percent of the declared references, and of those found."""

_BANK = "bank"
"""Only told: some of its references are left undeclared on purpose."""

Tell = Callable[[str], None]


def measure_relationships(tell: Tell) -> Sequence[Figure]:
    dumps = sorted(DATABASES.glob("*.sql.gz"))
    if not dumps:
        tell(f"no dumps in {DATABASES}: put <name>.sql.gz there (plain pg_dump) to measure on databases of others")
    with throwaway_postgres() as postgres:
        figures: list[Figure] = []
        for dump in dumps:
            name = dump.name.removesuffix(".sql.gz")
            figures += _figures(name, asyncio.run(_on_dump(postgres, name, dump)), tell)
        figures += _figures(_BANK, asyncio.run(_on_bank(postgres)), tell)
        for name in MADE_UP:
            figures += _figures(name, asyncio.run(_on_made_up(postgres, name)), tell)
    return figures


async def _on_dump(postgres: EmbeddedPostgres, name: str, dump: Path) -> Score:
    await create_database(postgres.address.dsn(DATABASE), name)
    load_dump(dump, postgres.address.dsn(name))
    return await rediscover(postgres.address, name)


def load_dump(dump: Path, dsn: str) -> None:
    command = [str(find_program_folder() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", dsn]
    with gzip.open(dump) as sql:
        subprocess.run(command, input=sql.read(), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


async def _on_bank(postgres: EmbeddedPostgres) -> Score:
    await create_database(postgres.address.dsn(DATABASE), _BANK)
    await load_bank(postgres.address.dsn(_BANK))
    return await rediscover(postgres.address, _BANK)


async def _on_made_up(postgres: EmbeddedPostgres, name: str) -> Score:
    await create_database(postgres.address.dsn(DATABASE), name)
    await fill(postgres.address.dsn(name), name)
    return await rediscover(postgres.address, name)


def _figures(name: str, score: Score, tell: Tell) -> Sequence[Figure]:
    tell(
        f"{name}: {score.right} of {len(score.declared)} found, {len(score.found)} in all;"
        f" recall {score.recall:.3f}, precision {score.precision:.3f}, F1 {score.f1:.3f}"
    )
    for reference in score.missed:
        tell(f"  missed: {reference}")
    for reference in score.wrong:
        tell(f"  not declared: {reference}")
    judged = name != _BANK
    missed, wrong = 100 * (1 - score.recall), 100 * (1 - score.precision)
    return [
        Figure(f"{name}: declared references not found", missed, bar=MOST_MISSED if judged else None, unit="%"),
        Figure(f"{name}: found references not declared", wrong, bar=MOST_WRONG if judged else None, unit="%"),
    ]
