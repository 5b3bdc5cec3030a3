"""Runs a supervisor in a thread of its own, beside the code that uses what it runs."""

from threading import Event, Thread
from types import TracebackType
from typing import Self

from deploy.local.progress import Progress
from deploy.local.supervisor import Supervisor

LOOK_SECONDS = 0.5


class Supervision:
    """Entering blocks until all is ready or raises what prevented it; leaving blocks until all is down.

    Waits are on events: Python 3.11 takes a thread for ended when a signal interrupts `Thread.join`.
    """

    def __init__(self, supervisor: Supervisor, progress: Progress) -> None:
        self._supervisor = supervisor
        self._progress = progress
        self._stopping = Event()
        self._started = Event()
        self._ended = Event()
        self._failure: Exception | None = None
        self._thread = Thread(target=self._run, name="supervisor")

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            _wait(self._started)
        except BaseException:
            self._end()
            raise
        self._raise_failure()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def wait(self) -> None:
        """Until a signal ends it, or the supervisor itself fails."""
        _wait(self._ended)
        self._raise_failure()

    def _run(self) -> None:
        try:
            self._supervisor.start(self._stopping)
            self._started.set()
            self._supervisor.watch(self._stopping)
        except Exception as error:  # noqa: BLE001  # raised again in the thread that waits
            self._failure = error
        finally:
            self._stop()

    def _stop(self) -> None:
        try:
            self._supervisor.stop()
        finally:
            self._ended.set()
            self._started.set()

    def _end(self) -> None:
        self._stopping.set()
        while not self._ended.is_set():
            try:
                _wait(self._ended)
            except KeyboardInterrupt:
                self._progress.say("Still stopping; it takes a minute at most.")
        self._thread.join()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            self._ended.wait()
            raise self._failure


def _wait(event: Event) -> None:
    """Comes up for air, so that a signal that reached another thread is noticed here as well."""
    while not event.wait(LOOK_SECONDS):
        pass
