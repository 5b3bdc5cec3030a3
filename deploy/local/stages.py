"""What runs in a local installation, in which order, with which command and environment."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local.addresses import api_url, prefect_api_url, prefect_url
from deploy.local.database_service import DatabaseService
from deploy.local.home import Home
from deploy.local.prefect_api import PrefectApi, WorkerGate
from deploy.local.prefect_environment import client_environment, server_environment
from deploy.local.service import Component, ProcessService, Service
from domain.settings import Settings
from flows.warm_start.launch import SOCKET
from flows.warm_start.linux import is_possible

DATABASE, PREFECT_DATABASE = "assay", "prefect"
WORKER_NAME = "local"
PACKAGES = Path(__file__).parents[2]
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PROBE_SECONDS = 3.0
LONGEST_STEP_SECONDS = 900.0  # a migration of large tables takes its time


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    assay: str = field(repr=False)
    prefect: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Installation:
    """`databases` is asked at each launch: the embedded server may have moved to another port."""

    settings: Settings
    home: Home
    databases: Callable[[], DatabaseUrls]

    def stages(self, database: DatabaseService | None) -> Sequence[Sequence[Service]]:
        prefect = PrefectApi(prefect_api_url(self.settings))
        own_server = self.settings.prefect.api_url is None
        servers = [self._prefect_server(prefect)] if own_server else []
        gate = WorkerGate(prefect, self.settings.prefect.work_pool, is_sole_worker=own_server)
        return (
            (database,) if database else (),
            (self._step("migrate", "domain", "migrate"), *servers),
            (self._step("deploy", "flows", "deploy"), self._api()),
            (*([self._warm_start()] if is_possible() else []), self._worker(gate)),
        )

    def environment(self) -> Mapping[str, str]:
        """Only what was decided here; everything else the children read as we did."""
        settings = self.settings
        return {
            **client_environment(settings, self.home),
            # A flow run starts in a folder of its own: `python` has to be ours, and our packages have to be found.
            "PATH": _before(Path(sys.executable).parent, os.environ.get("PATH", os.defpath)),
            "PYTHONPATH": _before(PACKAGES, os.environ.get("PYTHONPATH", "")),
            **_without_proxy(),
            "TMPDIR": str(self.home.temporary),
            SOCKET: str(self.home.warm_start_socket),
            "ASSAY_HOME": str(self.home.root),
            "ASSAY_MODE": settings.mode,
            "ASSAY_BIND": settings.bind,
            "ASSAY_API_PORT": str(settings.api.port),
            "ASSAY_PREFECT_PORT": str(settings.prefect.port),
            "ASSAY_PREFECT_API_URL": prefect_api_url(settings),
            "ASSAY_DATABASE_URL": self.databases().assay,
        }

    def _step(self, name: str, *module: str) -> Service:
        log = self.home.log_of(name)
        return ProcessService(
            Component(name, _python(*module), self.environment, log, start_seconds=LONGEST_STEP_SECONDS)
        )

    def _prefect_server(self, prefect: PrefectApi) -> Service:
        settings = self.settings
        where = ("--host", settings.bind, "--port", str(settings.prefect.port))
        return ProcessService(
            Component(
                "prefect-server",
                _python("deploy.local.prefect_server", "server", "start", *where),
                lambda: server_environment(settings, self.home, self.databases().prefect),
                self.home.log_of("prefect-server"),
                is_ready=prefect.is_ready,
                address=prefect_url(settings),
                start_seconds=180.0,
            )
        )

    def _worker(self, gate: WorkerGate) -> Service:
        options = ("--pool", self.settings.prefect.work_pool, "--type", "process", "--name", WORKER_NAME)
        return ProcessService(
            Component(
                "worker",
                _python("prefect", "worker", "start", *options, "--install-policy", "never"),
                self.environment,
                self.home.log_of("worker"),
                is_ready=gate.is_open,
                before=gate.before_launch,
            )
        )

    def _warm_start(self) -> Service:
        socket = self.home.warm_start_socket
        return ProcessService(
            Component(
                "warm-start",
                _python("flows", "warm-start", str(socket)),
                self.environment,
                self.home.log_of("warm-start"),
                is_ready=socket.is_socket,
                before=lambda: socket.unlink(missing_ok=True),
            )
        )

    def _api(self) -> Service:
        address = api_url(self.settings)
        client = httpx.Client(base_url=address, timeout=PROBE_SECONDS, trust_env=False)
        return ProcessService(
            Component(
                "api",
                _python("api", "serve"),
                self.environment,
                self.home.log_of("api"),
                is_ready=lambda: answers(client, "/readyz"),
                address=address,
            )
        )


def _before(folder: Path, others: str) -> str:
    return os.pathsep.join(filter(None, (str(folder), others)))


def _without_proxy() -> dict[str, str]:
    """A proxy for the world outside is none for this machine; libraries differ in which spelling they read."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    exempt = ",".join(filter(None, (known, *LOOPBACK)))
    return {"NO_PROXY": exempt, "no_proxy": exempt}


def answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).is_success
    except httpx.HTTPError:
        return False


def _python(*module_and_arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *module_and_arguments)
