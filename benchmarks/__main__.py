"""`python -m benchmarks`: how quick the governance core is when there is much of everything."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from benchmarks.scale.figures import Figure, table_of
from benchmarks.scale.load import load
from benchmarks.scale.pages import measure_pages
from benchmarks.scale.saving import measure_saving
from benchmarks.scale.scorecards import measure_scorecards
from benchmarks.scale.size import Size
from benchmarks.storm.command import storm_command
from deploy.local.errors import LauncherError
from deploy.local.signals import stopping_like_ctrl_c
from deploy.local.throwaway import DATABASE, throwaway_postgres
from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import open_domain
from domain.identity import Actor
from domain.migrations.runner import migrate
from domain.settings import DatabaseSettings, Settings

STATEMENT_SECONDS = 1800.0
"""A slow machine shall have a figure, too."""


class Progress:
    def __init__(self) -> None:
        self._began = time.monotonic()

    def tell(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:8.1f} s  {text}", flush=True)


async def _measure(settings: Settings, size: Size, repetitions: int, progress: Progress) -> Sequence[Figure]:
    sql = await asyncpg.connect(settings.database_url())
    try:
        async with open_domain(settings) as domain:
            await domain.access.ensure_default_project()
            tenant = await domain.access.tenant_of("default")
            await load(sql, tenant, size, progress.tell)
            progress.tell("scorecards")
            figures = [*await measure_scorecards(domain, tenant, repetitions)]
            progress.tell("pages of violations")
            figures += await measure_pages(domain, tenant, repetitions)
            progress.tell("saving")
            actor = Actor(tenant, "bench", permissions=PERMISSIONS[Role.OWNER])
            saves = max(repetitions // 5, 1)
            return [*figures, *await measure_saving(sql, domain, actor, size, saves)]
    finally:
        await sql.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    for field in fields(Size):
        option = f"--{field.name.replace('_', '-')}"
        parser.add_argument(option, type=int, default=field.default, help=f"default {field.default:,}")
    parser.add_argument("--repetitions", type=int, default=15, help="of each query; a Save takes a fifth of them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    return parser.parse_args()


def main() -> int:
    if sys.argv[1:2] == ["storm"]:  # with options of its own
        return storm_command(sys.argv[2:])
    arguments = _arguments()
    try:
        size = Size(**{field.name: getattr(arguments, field.name) for field in fields(Size)})
        with stopping_like_ctrl_c(), throwaway_postgres() as postgres:
            url = SecretStr(postgres.address.dsn(DATABASE))
            settings = Settings(database=DatabaseSettings(url=url, statement_timeout_seconds=STATEMENT_SECONDS))
            migrate(settings)
            figures = asyncio.run(_measure(settings, size, arguments.repetitions, Progress()))
    except (LauncherError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"\n{table_of(figures)}")
    if arguments.json:
        shown = [asdict(figure) | {"is_missed": figure.is_missed} for figure in figures]
        arguments.json.write_text(json.dumps({"size": asdict(size), "figures": shown}, indent=2) + "\n")
    return int(any(figure.is_missed for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
