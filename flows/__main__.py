"""`python -m flows deploy | run FLOW RUN_ID`: make the flows known to Prefect, or run one here, for a look inside."""

import argparse
import asyncio
import sys
from uuid import UUID

from domain.settings import SettingsError, load_settings
from flows.deploy import FLOWS, deploy


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m flows", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("deploy", help="make the work pool and the deployments")
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
    else:
        asyncio.run(FLOWS[arguments.flow](arguments.run_id))
    return 0


if __name__ == "__main__":
    sys.exit(main())
