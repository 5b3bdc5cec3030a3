"""Runs a command with a PostgreSQL that exists only for it: `python -m deploy.local.throwaway <command> …`.

The command finds it in ASSAY_DATABASE_URL. For checks that need a database and must not touch a real one.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import LauncherError
from deploy.local.home import FOR_OTHERS_TO_PASS
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.signals import stopping_like_ctrl_c

DATABASE = "assay"


@contextmanager
def throwaway_postgres() -> Iterator[EmbeddedPostgres]:
    """In a temporary folder of its own, which PostgreSQL's user can reach."""
    with tempfile.TemporaryDirectory(prefix="assay-postgres-") as folder:
        Path(folder).chmod(FOR_OTHERS_TO_PASS)
        postgres = EmbeddedPostgres(Path(folder) / "postgres", databases=(DATABASE,), durable=False)
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop()


def main() -> int:
    try:
        with stopping_like_ctrl_c(), throwaway_postgres() as postgres:
            environment = os.environ | {"ASSAY_DATABASE_URL": postgres.address.dsn(DATABASE)}
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    except LauncherError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
