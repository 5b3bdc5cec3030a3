"""Brings the whole of Assay up for a block of code, and takes it down after it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.local.addresses import api_url, prefect_url, require_allowed
from deploy.local.database_service import POSTGRESQL, DatabaseService
from deploy.local.errors import LauncherError
from deploy.local.external_database import external_urls, prepare_external
from deploy.local.guarded import guarded
from deploy.local.home import Home
from deploy.local.launched import launched
from deploy.local.ports import require_free
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.processes import ProcessIdentity
from deploy.local.progress import Progress
from deploy.local.remains import clear_processes
from deploy.local.run_state import RunState
from deploy.local.server_address import ServerAddress
from deploy.local.service import Service
from deploy.local.signals import stopping_like_ctrl_c
from deploy.local.stages import DATABASE, PREFECT_DATABASE, DatabaseUrls, Installation
from domain.settings import Settings
from flows.extras import require_installed

ADOPT_SECONDS = 300.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Services:
    """What runs. `postgres` is the embedded server with its owner's rights, None where an own one is used."""

    api_url: str
    prefect_url: str
    postgres: ServerAddress | None
    _until_stopped: Callable[[], None]

    def wait(self) -> None:
        """Until Ctrl-C (or SIGTERM), which it takes for a wish and not for an error."""
        try:
            self._until_stopped()
        except KeyboardInterrupt:
            return


@contextmanager
def running_services(settings: Settings, progress: Progress) -> Iterator[Services]:
    """Uses what `assay up` serves on this home and leaves it running; otherwise starts all and stops it at the end."""
    home = _prepared_home(settings)
    running = home.running()
    if running is None:
        with started_services(settings, progress) as services:
            yield services
    else:
        progress.say(f"Using Assay as it runs on {home.root} (pid {running.launcher.pid}).")
        yield _adopted(settings, home, running.launcher)


@contextmanager
def started_services(settings: Settings, progress: Progress) -> Iterator[Services]:
    """Raises AlreadyRunning where another launcher serves this home."""
    home = _prepared_home(settings)
    with stopping_like_ctrl_c(), home.lock(), guarded(home):
        clear_processes(home)
        _require_ports(settings)
        postgres = _embedded(settings, home)
        if postgres is None:
            prepare_external(settings)
        urls = {"api_url": api_url(settings), "prefect_url": prefect_url(settings)}
        with launched(home, _stages(settings, home, postgres), progress, **urls) as supervision:
            yield _services(settings, postgres, supervision.wait)


def _prepared_home(settings: Settings) -> Home:
    require_allowed(settings)
    require_installed(settings.runs.task_runner)
    home = Home.of(settings)
    home.prepare()
    return home


def _require_ports(settings: Settings) -> None:
    require_free(settings.bind, settings.api.port, wanted_for="the API", setting="ASSAY_API_PORT")
    if settings.prefect.api_url is not None:
        return
    if settings.prefect.port == settings.api.port:
        raise LauncherError(f"ASSAY_API_PORT and ASSAY_PREFECT_PORT are both {settings.api.port}: change one of them.")
    require_free(settings.bind, settings.prefect.port, wanted_for="Prefect", setting="ASSAY_PREFECT_PORT")


def _embedded(settings: Settings, home: Home) -> EmbeddedPostgres | None:
    if settings.database.url is not None:
        return None
    databases = (DATABASE, PREFECT_DATABASE)
    return EmbeddedPostgres(home.postgres, databases=databases, log=home.log_of(POSTGRESQL))


def _stages(settings: Settings, home: Home, postgres: EmbeddedPostgres | None) -> Sequence[Sequence[Service]]:
    database = DatabaseService(postgres, home.log_of(POSTGRESQL)) if postgres else None
    return Installation(settings, home, lambda: _database_urls(settings, postgres)).stages(database)


def _database_urls(settings: Settings, postgres: EmbeddedPostgres | None) -> DatabaseUrls:
    if postgres is None:
        return external_urls(settings)
    return DatabaseUrls(postgres.address.dsn(DATABASE), postgres.address.dsn(PREFECT_DATABASE))


def database_url_of(settings: Settings, home: Home) -> str:
    """Where the database of this home answers; an embedded one has to run."""
    postgres = _embedded(settings, home)
    if postgres is not None and not postgres.is_running():
        raise LauncherError(f"No PostgreSQL runs on {home.root}. Start it with `assay up`.")
    return _database_urls(settings, postgres).assay


def _services(settings: Settings, postgres: EmbeddedPostgres | None, wait: Callable[[], None]) -> Services:
    return Services(api_url(settings), prefect_url(settings), postgres.address if postgres else None, wait)


def _adopted(settings: Settings, home: Home, launcher: ProcessIdentity) -> Services:
    state = _await_ready(home, launcher)
    postgres = _embedded(settings, home)
    address = postgres.address if postgres else None
    return Services(state.api_url, state.prefect_url, address, lambda: _wait_for_end(launcher))


def _await_ready(home: Home, launcher: ProcessIdentity) -> RunState:
    deadline = time.monotonic() + ADOPT_SECONDS
    while launcher.is_alive() and time.monotonic() < deadline:
        state = home.running()
        if state is not None and state.is_ready:
            return state
        time.sleep(LOOK_SECONDS)
    raise LauncherError(f"The launcher with pid {launcher.pid} did not get ready; see {home.logs}.")


def _wait_for_end(launcher: ProcessIdentity) -> None:
    while launcher.is_alive():
        time.sleep(LOOK_SECONDS)
