"""Makes a forked process what `python -m prefect.engine` is in the worker's environment."""

import os
import runpy
import sys

from prefect.context import refresh_global_settings_context
from prefect.logging.configuration import setup_logging

from flows.warm_start.keeper import Request
from flows.warm_start.launch import ENGINE, STANDARD_STREAMS


def become(request: Request) -> None:
    for stream, own in zip(request.streams, STANDARD_STREAMS, strict=True):
        os.dup2(stream, own)
        os.close(stream)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    refresh_global_settings_context()
    setup_logging()
    del sys.argv[1:]  # the engine takes the flow run from there, else from the environment
    sys.modules.pop(ENGINE, None)  # it is about to run as the main module
    runpy.run_module(ENGINE, run_name="__main__", alter_sys=True)
