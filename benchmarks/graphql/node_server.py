"""The second reference: GraphQL Yoga on Node, where Node and its packages are to be had."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.graphql.installation import HOST, Server, started
from deploy.local.ports import free_port
from domain.settings import Settings

FILES = Path(__file__).parent / "yoga"
INSTALL_SECONDS = 300


@contextmanager
def yoga_server(settings: Settings, tell: Callable[[str], None]) -> Iterator[Server | None]:
    """None where it cannot be installed, which is told."""
    with tempfile.TemporaryDirectory(prefix="assay-yoga-") as folder:
        shutil.copytree(FILES, folder, dirs_exist_ok=True)
        if lacking := _install(Path(folder)):
            tell(f"without GraphQL Yoga: {lacking}")
            yield None
            return
        port = free_port(HOST)
        command = ["node", str(Path(folder) / "server.mjs"), str(port), settings.database_url()]
        with started(command, {"NODE_ENV": "production"}, port) as server:
            yield server


def _install(folder: Path) -> str | None:
    """What is lacking; None when all is there."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node 20 and npm are not installed."
    command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    done = subprocess.run(  # noqa: S603 - the packages of our own list
        command, check=False, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS
    )
    return f"npm install failed: {done.stderr[-500:]}" if done.returncode else None
