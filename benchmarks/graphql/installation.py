"""Servers of the benchmark's own in front of a database of its own; all of them gone afterwards."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import psutil
from pydantic import SecretStr

from benchmarks.scale.load import load
from benchmarks.scale.size import Size
from deploy.local.errors import LauncherError
from deploy.local.ports import free_port
from deploy.local.throwaway import DATABASE, throwaway_postgres
from domain.bootstrap import open_domain
from domain.migrations.runner import migrate
from domain.settings import DatabaseSettings, Settings

HOST = "127.0.0.1"
SIZE = Size(schemas=1, tables=100, columns=50, snapshots=1, violations=1, open_violations=1)
LONGEST_START_SECONDS, LONGEST_END_SECONDS = 180.0, 20.0
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    process: psutil.Process

    @property
    def graphql(self) -> str:
        return f"{self.url}/graphql"

    def socket(self, path: str = "/graphql") -> str:
        return f"{self.url.replace('http', 'ws', 1)}{path}"

    def processor_seconds(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def filled_database() -> Iterator[Settings]:
    """100 tables of 50 columns in one schema."""
    with throwaway_postgres() as postgres:
        settings = Settings(database=DatabaseSettings(url=SecretStr(postgres.address.dsn(DATABASE))))
        migrate(settings)
        asyncio.run(_fill(settings))
        yield settings


async def _fill(settings: Settings) -> None:
    sql = await asyncpg.connect(settings.database_url())
    try:
        async with open_domain(settings) as domain:
            await load(sql, await domain.access.ensure_default_project(), SIZE, lambda _: None)
    finally:
        await sql.close()


@contextmanager
def api_server(settings: Settings) -> Iterator[Server]:
    """As `assay up` starts it, but Prefect is not there: runs wait, and nothing else needs it."""
    port, nothing = free_port(HOST), free_port(HOST)
    environment = {
        "ASSAY_MODE": "development",
        "ASSAY_BIND": HOST,
        "ASSAY_API_PORT": str(port),
        "PREFECT_API_URL": f"http://{HOST}:{nothing}/api",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "ASSAY_DATABASE_URL": settings.database_url(),
    }
    with started(_module("api", "serve"), environment, port) as server:
        yield server


@contextmanager
def plain_server(settings: Settings) -> Iterator[Server]:
    """The reference."""
    port = free_port(HOST)
    with started(_module("benchmarks.graphql.plain", str(port), settings.database_url()), {}, port) as server:
        yield server


def _module(*named: str) -> Sequence[str]:
    return [sys.executable, "-m", *named]


@contextmanager
def started(command: Sequence[str], environment: Mapping[str, str], port: int) -> Iterator[Server]:
    """A server that is ready when its `/healthz` is."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "PREFECT_"))}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - a program of ours
            command, env={**inherited, **environment}, stdout=said, stderr=said, cwd=Path(__file__).parents[2]
        )
        try:
            url = f"http://{HOST}:{port}"
            if not _answers(process, url):
                said.seek(0)
                raise LauncherError(f"{command[:3]} did not start: {said.read().decode()[-2000:]}")
            yield Server(url, psutil.Process(process.pid))
        finally:
            _end(process)


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                return True
        except httpx.TransportError:
            time.sleep(LOOK_SECONDS)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(LONGEST_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
