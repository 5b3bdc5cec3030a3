from pathlib import Path

from deploy.local.postgres import EmbeddedPostgres
from deploy.local.processes import ProcessIdentity

POSTGRESQL = "postgresql"


class DatabaseService:
    """The embedded PostgreSQL, as the supervisor looks after it."""

    stays = True
    start_seconds = 90.0

    def __init__(self, postgres: EmbeddedPostgres, log: Path) -> None:
        self.name = POSTGRESQL
        self._postgres = postgres
        self.log = log

    @property
    def address(self) -> str:
        address = self._postgres.address
        return f"{address.host}:{address.port}"

    @property
    def process(self) -> ProcessIdentity | None:
        pid = self._postgres.pid
        return ProcessIdentity.of(pid) if pid else None

    def launch(self, mark: str) -> None:
        """Carries no mark: killed with the others it would have to recover, so it is found by its own pid file."""
        del mark
        self._postgres.start()

    def is_ready(self) -> bool:
        return self._postgres.is_running()

    def is_alive(self) -> bool:
        return self._postgres.is_running()

    def stop(self) -> None:
        self._postgres.stop()
