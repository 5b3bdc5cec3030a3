"""Tiny services for tests: real processes that do next to nothing."""

import sys
from pathlib import Path

from deploy.local.service import Component, ProcessService

SLEEPER = "import time; time.sleep(600)"
WITH_A_CHILD_IN_ITS_OWN_SESSION = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
time.sleep(600)
"""


def tiny(name: str, program: str, folder: Path) -> ProcessService:
    command = (sys.executable, "-S", "-c", program)
    return ProcessService(
        Component(name, command, dict, folder / f"{name}.log", is_ready=lambda: True, grace_seconds=2)
    )


def tiny_step(name: str, program: str, folder: Path) -> ProcessService:
    return ProcessService(Component(name, (sys.executable, "-S", "-c", program), dict, folder / f"{name}.log"))
