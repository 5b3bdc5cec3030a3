"""Clears away what a killed launcher left: `python -m deploy.local.remains <home>`, which its guardian runs."""

import shutil
import sys
from pathlib import Path

from deploy.local.errors import LauncherError
from deploy.local.home import Home
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.processes import end_marked


def clear_processes(home: Home) -> None:
    """Only under the lock of the home. PostgreSQL stays: the caller adopts it or stops it."""
    state = home.read_state()
    if state is not None:
        end_marked(state.mark)
        shutil.rmtree(home.temporary, ignore_errors=True)
        home.temporary.mkdir(mode=0o700)
        home.state_file.unlink(missing_ok=True)


def clear_all(home: Home) -> None:
    clear_processes(home)
    EmbeddedPostgres(home.postgres).stop()


def main() -> int:
    home = Home(Path(sys.argv[1]))
    try:
        with home.lock():
            clear_all(home)
    except LauncherError as error:  # a new launcher is there already, and clears up itself
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
