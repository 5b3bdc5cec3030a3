"""The PostgreSQL that Assay brings along: started, adopted and stopped in one folder of its own."""

import asyncio
import signal
import subprocess
import time
from pathlib import Path

from deploy.local.databases import create_database
from deploy.local.errors import LauncherError
from deploy.local.logs import tail
from deploy.local.postgres_binaries import find_binaries
from deploy.local.postgres_folder import HOST, PostgresFolder
from deploy.local.postmaster import Postmaster, read_postmaster
from deploy.local.processes import end, wait_gone, working_in
from deploy.local.server_address import ServerAddress
from deploy.local.service_user import service_user

MAINTENANCE_DATABASE = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.02
NO_SOCKET_FILE = {"listen_addresses": HOST, "unix_socket_directories": ""}
MODEST = {"max_connections": "100", "shared_buffers": "64MB", "max_wal_size": "512MB", "jit": "off"}
CARELESS = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One server in one folder. `durable=False` trades safety against power loss for speed, for throw-away data."""

    def __init__(
        self, folder: Path, *, databases: tuple[str, ...] = (), durable: bool = True, log: Path | None = None
    ) -> None:
        self._folder = PostgresFolder(folder, service_user())
        self._databases = databases
        self._durable = durable
        self._log = log or folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        running = self._running()
        return running.identity.pid if running else None

    @property
    def address(self) -> ServerAddress:
        """Known once the server was started for the first time; stays the same while the port is free."""
        return self._folder.address()

    def is_running(self) -> bool:
        """A server that somebody told to stop takes no new connections, though it lives until the last one ends."""
        running = self._running()
        return running is not None and not running.is_stopping

    def start(self) -> ServerAddress:
        """Adopts the server that runs on the folder, or starts one. Blocks until it takes connections."""
        self._folder.prepare()
        if not self.is_running():
            self.stop()
            binaries = find_binaries(self._folder.user, self._folder.root / "binaries")
            self._folder.initialise(binaries, durable=self._durable)
            self._clear_remains()
            self._launch(binaries)
        self._await_ready()
        asyncio.run(self._create_databases())
        return self.address

    def stop(self) -> None:
        """Ends sessions, writes everything down, leaves no process."""
        running = self._running()
        if running is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT):  # fast, then immediate: it recovers at the next start
            running.identity.send(number)
            if self._is_gone(running):
                return
        raise LauncherError(f"PostgreSQL (pid {running.identity.pid}) does not stop; see {self._log}.")

    def _running(self) -> Postmaster | None:
        if self._process is not None:
            self._process.poll()  # an unreaped child would count as alive
        try:
            return read_postmaster(self._folder.data)
        except PermissionError:
            raise LauncherError(
                f"{self._folder.data} belongs to another user: "
                "start as that user, or set ASSAY_HOME (or --home) to another folder."
            ) from None

    def _clear_remains(self) -> None:
        """Backends of a killed server finish their statement first and would block the next one."""
        left = end(working_in(self._folder.data), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
        if left:
            raise LauncherError(f"Processes of an earlier PostgreSQL do not end: {[process.pid for process in left]}.")
        (self._folder.data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self, binaries: Path) -> None:
        options = NO_SOCKET_FILE | MODEST | {"port": str(self._folder.choose_port())}
        options |= {} if self._durable else CARELESS
        command = [str(binaries / "postgres"), "-D", str(self._folder.data)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self._folder.user.credentials,
            )  # fmt: skip

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            running = self._running()
            if running is not None and running.is_ready:
                self._folder.remember_port(running.port)
                return
            if self._process is not None and self._process.returncode is not None:
                break
            time.sleep(LOOK_SECONDS)
        raise LauncherError(f"PostgreSQL did not start. The end of {self._log}:\n{tail(self._log)}")

    def _is_gone(self, running: Postmaster) -> bool:
        if self._process is None or self._process.pid != running.identity.pid:
            return wait_gone(running.identity, STOP_SECONDS)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    async def _create_databases(self) -> None:
        for name in self._databases:
            await create_database(self.address.dsn(MAINTENANCE_DATABASE), name)
