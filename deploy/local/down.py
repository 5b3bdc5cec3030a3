import signal
from argparse import ArgumentParser, Namespace

from deploy.local.errors import LauncherError
from deploy.local.home import Home
from deploy.local.processes import wait_gone
from deploy.local.remains import clear_all
from domain.settings import Settings

SUMMARY = "stop what runs on this home"
STOP_SECONDS = 90.0


def add_arguments(parser: ArgumentParser) -> None:
    del parser


def run(arguments: Namespace, settings: Settings) -> int:
    del arguments
    home = Home.of(settings)
    if not home.state_file.parent.exists():
        print(f"Nothing runs on {home.root}.")
        return 0
    running = home.running()
    if running is None:
        with home.lock():
            clear_all(home)
        print(f"Nothing runs on {home.root}.")
        return 0
    running.launcher.send(signal.SIGTERM)
    if not wait_gone(running.launcher, STOP_SECONDS):
        raise LauncherError(f"The launcher (pid {running.launcher.pid}) does not end; see {home.logs}.")
    print(f"Stopped Assay on {home.root}.")
    return 0
