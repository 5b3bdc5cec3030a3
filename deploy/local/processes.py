"""Processes as the launcher knows them: by pid and start time, or by the mark they carry; never by name."""

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

MARK = "LAUNCHED_BY_ASSAY"  # outside the ASSAY_ prefix, which belongs to the settings
ROUNDS = 5
LAST_WORDS_SECONDS = 1.0
CLOCK_STEP_SECONDS = 2.0  # start times are computed from the clock, and clocks get corrected


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process that cannot be mistaken for a later one with the same pid."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """None when there is no such process; a zombie is none."""
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return cls(pid, process.create_time())
        except psutil.NoSuchProcess:
            return None

    def is_alive(self) -> bool:
        current = ProcessIdentity.of(self.pid)
        return current is not None and abs(current.started - self.started) < CLOCK_STEP_SECONDS

    def send(self, number: signal.Signals) -> None:
        """Quietly does nothing when the process is gone."""
        if self.is_alive():
            _signal(psutil.Process(self.pid), number)


def marked(mark: str) -> list[psutil.Process]:
    """The processes with this mark or one below it (`mark/…`); children inherit it, in whatever session they are."""
    return [process for process, environment in _environments() if _is_under(mark, environment.get(MARK))]


def working_in(folder: Path) -> list[psutil.Process]:
    wanted = str(folder.resolve())
    return [process for process in psutil.process_iter() if _working_folder(process) == wanted]


def end(processes: list[psutil.Process], *steps: tuple[signal.Signals, float]) -> list[psutil.Process]:
    """Each step is a signal and the seconds to wait after it; the answer is what outlived them all."""
    for number, seconds in steps:
        for process in processes:
            _signal(process, number)
        _, processes = psutil.wait_procs(processes, timeout=seconds)
    return processes


def end_marked(mark: str) -> None:
    """For what nobody looks after any more. Looks again for what a dying process started meanwhile."""
    for _ in range(ROUNDS):
        remains = marked(mark)
        if not remains:
            return
        end(remains, (signal.SIGTERM, LAST_WORDS_SECONDS), (signal.SIGKILL, LAST_WORDS_SECONDS))


def wait_gone(identity: ProcessIdentity, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while identity.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not identity.is_alive()


def family_of(pid: int) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def memory_bytes(processes: list[psutil.Process]) -> int:
    """Shared pages are counted once among those who share them, where the system tells (Linux)."""
    return sum(_own_memory(process) for process in processes)


def listener_on(port: int) -> str | None:
    """`name (pid n)` of who listens on the port, where the system lets us know."""
    try:
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address and address.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return None
    return None


def _is_under(mark: str, found: str | None) -> bool:
    """Whoever carries no mark is under none, not even under an empty one."""
    return bool(mark) and found is not None and (found == mark or found.startswith(f"{mark}/"))


def _environments() -> Iterator[tuple[psutil.Process, dict[str, str]]]:
    for process in psutil.process_iter():
        try:
            yield process, process.environ()
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # another user's process is none of ours
            continue


def _working_folder(process: psutil.Process) -> str | None:
    try:
        return str(process.cwd())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _own_memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
