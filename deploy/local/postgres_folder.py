"""The folder of one embedded PostgreSQL: its data, its password, its port."""

import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import LauncherError
from deploy.local.ports import free_port, is_free
from deploy.local.server_address import ServerAddress
from deploy.local.service_user import ServiceUser

HOST = "127.0.0.1"
ROLE = "assay"
CHARACTERS = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


@dataclass(frozen=True, slots=True)
class PostgresFolder:
    root: Path
    user: ServiceUser

    @property
    def data(self) -> Path:
        return self.root / "data"

    def address(self) -> ServerAddress:
        return ServerAddress(HOST, self._known_port(), ROLE, (self.root / "password").read_text())

    def prepare(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.user.owns(self.root)
        closed = self.user.first_closed_folder(self.root)
        if closed is not None:
            raise LauncherError(
                f"PostgreSQL runs as user {self.user.name!r}, which may not enter {closed}: "
                "set ASSAY_HOME (or --home) to a folder that every user can reach, /var/lib/assay for example."
            )

    def initialise(self, binaries: Path, *, durable: bool) -> None:
        """Works beside the final folder, so that a start that was cut off leaves nothing half made."""
        if self.data.exists():
            return
        partial = self.root / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        self._write("password", secrets.token_urlsafe(32))
        command = self._initdb(binaries, partial)
        made = self.user.run(*command) if durable else self.user.run(*command, "--no-sync")
        if made.returncode != 0:
            raise LauncherError(f"PostgreSQL could not make its data folder {self.data}:\n{made.stderr.strip()}")
        partial.rename(self.data)

    def choose_port(self) -> int:
        """The same as ever while it is free, so that who knows the address finds it again."""
        if (self.root / "port").exists() and is_free(HOST, self._known_port()):
            return self._known_port()
        self.remember_port(free_port(HOST))
        return self._known_port()

    def remember_port(self, port: int) -> None:
        self._write("port", str(port))

    def _known_port(self) -> int:
        return int((self.root / "port").read_text())

    def _initdb(self, binaries: Path, target: Path) -> list[str]:
        command = [str(binaries / "initdb"), f"--pgdata={target}", f"--username={ROLE}", "--auth=scram-sha-256"]
        command += [f"--pwfile={self.root / 'password'}", "--encoding=UTF8", "--data-checksums", "--no-instructions"]
        return [*command, "--locale=C", f"--lc-ctype={CHARACTERS}"]

    def _write(self, name: str, content: str) -> None:
        partial = self.root / f"{name}.partial"
        partial.touch(mode=0o600)
        partial.write_text(content)
        self.user.owns(partial)
        partial.replace(self.root / name)
