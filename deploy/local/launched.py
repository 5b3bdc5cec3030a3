"""Runs services under supervision, and writes down what runs for others to find."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from deploy.local.home import Home
from deploy.local.processes import ProcessIdentity
from deploy.local.progress import Progress
from deploy.local.run_state import RunState, ServiceState
from deploy.local.service import Service
from deploy.local.supervision import Supervision
from deploy.local.supervisor import Supervisor


@contextmanager
def launched(
    home: Home, stages: Sequence[Sequence[Service]], progress: Progress, *, api_url: str, prefect_url: str
) -> Iterator[Supervision]:
    """Only under the lock of the home."""
    launcher = ProcessIdentity.of(os.getpid())
    assert launcher is not None  # it is us
    state = RunState(secrets.token_hex(8), launcher, api_url, prefect_url)

    def publish(services: tuple[ServiceState, ...], *, is_ready: bool) -> None:
        replace(state, services=services, is_ready=is_ready).write(home.state_file)

    publish((), is_ready=False)
    try:
        with Supervision(
            Supervisor(stages, mark=state.mark, progress=progress, publish=publish), progress
        ) as supervision:
            yield supervision
    finally:
        home.state_file.unlink(missing_ok=True)
