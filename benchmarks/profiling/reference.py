"""The reference: DataHub's own profiler with every metric that it has, in an environment of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import LauncherError
from deploy.local.server_address import ServerAddress

VERSION = "1.7.0.17"
PACKAGE = f"acryl-datahub[postgres]=={VERSION}"
INSTALL_SECONDS = 900
WORKERS = 10
WORK = Path(__file__).with_name("datahub_work.py")
METRICS = (
    "null_count",
    "distinct_count",
    "min_value",
    "max_value",
    "mean_value",
    "median_value",
    "stddev_value",
    "quantiles",
    "distinct_value_frequencies",
    "histogram",
    "sample_values",
)


@dataclass(frozen=True, slots=True)
class Referred:
    """Seconds without the start of the process; the most memory that it ever took, in MiB; what it profiled."""

    wall: float
    processor: float
    memory: float
    tables: int
    columns: int


@dataclass(frozen=True, slots=True)
class DataHub:
    python: Path

    async def profile(self, address: ServerAddress, database: str, schema: str, *, flattened: bool = False) -> Referred:
        """All tables of the schema; `flattened` is its experimental way with fewer scans, off by default."""
        with tempfile.TemporaryDirectory(prefix="assay-datahub-") as folder:
            recipe = {
                "source": {"type": "postgres", "config": _source(address, database, schema, flattened=flattened)},
                "sink": {"type": "file", "config": {"filename": str(Path(folder) / "profiles.json")}},
            }
            process = await asyncio.create_subprocess_exec(
                self.python, "-P", WORK,
                env=os.environ | {"HOME": folder, "DATAHUB_TELEMETRY_ENABLED": "false"},
                stdin=PIPE, stdout=PIPE, stderr=PIPE,
            )  # fmt: skip
            output, errors = await process.communicate(json.dumps(recipe).encode())
        if process.returncode:
            raise LauncherError(f"DataHub failed on {schema}: {errors.decode()[-500:]}")
        return Referred(**json.loads(output.splitlines()[-1]))


def _source(address: ServerAddress, database: str, schema: str, *, flattened: bool) -> dict[str, object]:
    return {
        "host_port": f"{address.host}:{address.port}",
        "database": database,
        "username": address.user,
        "password": address.password,
        "schema_pattern": {"allow": [f"^{schema}$"]},
        "profiling": {
            "enabled": True,
            "max_workers": WORKERS,
            "profile_table_size_limit": None,
            "profile_table_row_limit": None,
            "query_combiner_flatten_enabled": flattened,
            **{f"include_field_{metric}": True for metric in METRICS},
        },
    }


def installed_datahub(tell: Callable[[str], None]) -> DataHub | None:
    """In the user's cache, where it stays; None where it cannot be installed, which is told."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "assay" / f"datahub-{VERSION}"
    python, uv = folder / "bin" / "python", str(Path(sys.executable).with_name("uv"))
    commands = (
        (uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)),
        (uv, "pip", "install", "--quiet", "--python", str(python), PACKAGE),
    )
    for command in commands:
        if lacking := _lacking(command):
            tell(f"without DataHub: {lacking}")
            return None
    return DataHub(python)


def _lacking(command: tuple[str, ...]) -> str | None:
    """Why the command failed; None if it did not."""
    try:
        done = subprocess.run(  # noqa: S603 - of ours
            command, check=False, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr[-500:] if done.returncode else None
