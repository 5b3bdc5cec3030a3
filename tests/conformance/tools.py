"""The checks that lie beside the project, made ready in a folder of the test run's own and run there."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.installation import PROJECT
from tests.programs import do_without, program

TOOLS = PROJECT.parent / "shared" / "tools" / "graphql"
INSPECTOR = "@graphql-inspector/cli@7.0.0"
INSTALL_SECONDS = 300
LONGEST_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Report:
    """What a script says of its checks, and which of them failed and why, also those that are only recommended."""

    counts: Mapping[str, int]
    failed: list[str]


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Tools:
    folder: Path

    async def check(self, script: str, url: str, settings: Mapping[str, str]) -> Report:
        ended = await self.run("node", script, url, "--json", settings=settings)
        assert ended.output.startswith("{"), ended.output
        told = json.loads(ended.output)
        failed = [f"{row['id']} {row['name']}: {row['detail']}" for row in told["rows"] if not row["ok"]]
        return Report(told["summary"], failed)

    async def run(self, *command: str, settings: Mapping[str, str] | None = None) -> Ended:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env=os.environ | (settings or {}),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, errors = await asyncio.wait_for(process.communicate(), LONGEST_SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
        code = process.returncode or 0
        return Ended(code, (output or errors if code else output).decode())


def make_tools(folder: Path) -> Tools:
    if not TOOLS.is_dir():
        do_without(f"{TOOLS} is not there, which holds the checks of the API.")
    shutil.copytree(TOOLS, folder, dirs_exist_ok=True)
    install_packages(folder, INSPECTOR)
    return Tools(folder)


def install_packages(folder: Path, *more: str) -> None:
    """What the folder's package.json names, and these."""
    npm = program("npm", package="npm", purpose="with which the packages of JavaScript are installed")
    options = ("--no-audit", "--no-fund", "--prefer-offline", "--no-package-lock", "--loglevel=error")
    command = [npm, "install", *options, *more]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
