"""`python -m flows deploy | warm-start SOCKET | run FLOW RUN_ID`.

Makes the flows known to Prefect, keeps them imported for the runs of a worker, or runs one here, for a look inside.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from domain.logs import configure_logs
from domain.settings import Settings, SettingsError, load_settings
from flows.deploy import FLOWS, deploy
from flows.warm_start.keeper import begin_run
from flows.warm_start.run_process import become
from flows.warm_start.server import next_launcher


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m flows", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("deploy", help="make the work pool and the deployments")
    warm_start = commands.add_parser("warm-start", help="fork the processes of runs, until it is ended")
    warm_start.add_argument("socket", type=Path)
    run = commands.add_parser("run", help="run a flow in this process")
    run.add_argument("flow", choices=sorted(FLOWS))
    run.add_argument("run_id", type=UUID)
    arguments = parser.parse_args()
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.command == "deploy":
        asyncio.run(deploy(settings.prefect.work_pool, settings.retention.schedule))
    elif arguments.command == "warm-start":
        _warm_start(arguments.socket, settings)
    else:
        asyncio.run(FLOWS[arguments.flow](arguments.run_id))
    return 0


def _warm_start(path: Path, settings: Settings) -> None:
    """The flows were imported under these settings; a run with others begins as a process of its own."""

    def accepts(environment: Mapping[str, str]) -> bool:
        try:
            return load_settings(environment=environment) == settings
        except SettingsError:
            return False  # the run says what is wrong

    configure_logs(settings)
    become(begin_run(next_launcher(path), accepts))


if __name__ == "__main__":
    sys.exit(main())
