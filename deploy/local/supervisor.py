"""Starts services in order, keeps them running, stops them in reverse.

The system ends a child when the *thread* that made it ends (see `child.py`), so one thread does all of it.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from deploy.local import logs
from deploy.local.errors import LauncherError
from deploy.local.progress import Progress
from deploy.local.run_state import ServiceState
from deploy.local.service import Service

LOOK_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0


class Publish(Protocol):
    def __call__(self, services: tuple[ServiceState, ...], *, is_ready: bool) -> None: ...


@dataclass(slots=True)
class Watched:
    service: Service
    launched_at: float
    restarts: int = 0
    failures_in_a_row: int = 0
    relaunch_at: float | None = None

    def pause_seconds(self) -> float:
        return min(FIRST_PAUSE_SECONDS * 2.0**self.failures_in_a_row, LONGEST_PAUSE_SECONDS)

    def state(self) -> ServiceState:
        return ServiceState(self.service.name, self.service.address, self.service.process, self.restarts)


class Supervisor:
    def __init__(self, stages: Sequence[Sequence[Service]], *, mark: str, progress: Progress, publish: Publish) -> None:
        """The services of one stage need nothing of each other and start side by side."""
        self._stages = stages
        self._mark = mark
        self._progress = progress
        self._publish = publish
        self._watched: list[Watched] = []

    def start(self, stopping: Event) -> None:
        for stage in self._stages:
            if stopping.is_set():
                return
            began = time.monotonic()
            self._progress.starting([service.name for service in stage])
            for service in stage:
                logs.rotate(service.log)
                self._watched.append(Watched(service, time.monotonic()))
                service.launch(self._mark)
            self._tell(is_ready=False)
            self._await(stage, began, stopping)
        self._tell(is_ready=True)

    def watch(self, stopping: Event) -> None:
        while not stopping.wait(LOOK_SECONDS):
            for watched in self._watched:
                if watched.service.stays:
                    logs.bound(watched.service.log)
                    self._look_after(watched)

    def stop(self) -> None:
        for watched in reversed(self._watched):
            try:
                watched.service.stop()
            except LauncherError as error:  # the others have to stop all the same
                self._progress.say(str(error))

    def _await(self, stage: Sequence[Service], began: float, stopping: Event) -> None:
        waiting = list(stage)
        while waiting and not stopping.is_set():
            for service in [service for service in waiting if _is_ready(service)]:
                waiting.remove(service)
                self._progress.ready(service.name, time.monotonic() - began, service.address)
                self._progress.starting([other.name for other in waiting])
            for service in waiting:
                if time.monotonic() - began > service.start_seconds:
                    raise _with_log(service, f"{service.name} was not ready after {service.start_seconds:.0f} s.")
            stopping.wait(LOOK_SECONDS if waiting else 0)

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.service.is_alive():
            if now - watched.launched_at > STEADY_SECONDS:
                watched.failures_in_a_row = 0
        elif watched.relaunch_at is None:
            watched.relaunch_at = now + watched.pause_seconds()
            self._progress.say(
                f"{watched.service.name} ended unexpectedly; starting it again. Its log: {watched.service.log}"
            )
        elif now >= watched.relaunch_at:
            self._relaunch(watched)

    def _relaunch(self, watched: Watched) -> None:
        watched.failures_in_a_row += 1
        watched.relaunch_at = None
        watched.launched_at = time.monotonic()
        try:
            watched.service.launch(self._mark)
        except (LauncherError, OSError) as error:
            self._progress.say(f"{watched.service.name} could not be started: {error}")
        else:
            watched.restarts += 1
            self._progress.say(f"{watched.service.name} was started again (restart {watched.restarts}).")
        self._tell(is_ready=True)

    def _tell(self, *, is_ready: bool) -> None:
        self._publish(tuple(watched.state() for watched in self._watched if watched.service.stays), is_ready=is_ready)


def _is_ready(service: Service) -> bool:
    try:
        return service.is_ready()
    except LauncherError as error:
        raise _with_log(service, str(error)) from None


def _with_log(service: Service, sentence: str) -> LauncherError:
    return LauncherError(f"{sentence} The end of {service.log}:\n{logs.tail(service.log)}")
