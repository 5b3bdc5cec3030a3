"""A launcher of tiny services, to be killed by a test: `python -m tests.deploy.tiny_launcher <home>`."""

import sys
from pathlib import Path

from deploy.local.database_service import DatabaseService
from deploy.local.guarded import guarded
from deploy.local.home import Home
from deploy.local.launched import launched
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.progress import LineProgress
from deploy.local.remains import clear_processes
from deploy.local.signals import stopping_like_ctrl_c
from tests.deploy.tiny import SLEEPER, WITH_A_CHILD_IN_ITS_OWN_SESSION, tiny

if __name__ == "__main__":
    home = Home(Path(sys.argv[1]))
    home.prepare()
    database = DatabaseService(EmbeddedPostgres(home.postgres, durable=False), home.log_of("postgresql"))
    stages = (
        (database,),
        (tiny("worker", WITH_A_CHILD_IN_ITS_OWN_SESSION, home.logs), tiny("clerk", SLEEPER, home.logs)),
    )
    with stopping_like_ctrl_c(), home.lock(), guarded(home):
        clear_processes(home)
        with launched(
            home, stages, LineProgress(sys.stdout), api_url="http://a", prefect_url="http://p"
        ) as supervision:
            try:
                supervision.wait()
            except KeyboardInterrupt:
                sys.exit(0)
