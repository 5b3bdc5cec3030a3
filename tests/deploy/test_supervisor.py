import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from deploy.local.errors import LauncherError
from deploy.local.processes import marked
from deploy.local.run_state import ServiceState
from deploy.local.service import Service
from deploy.local.supervision import Supervision
from deploy.local.supervisor import Supervisor, Watched
from tests.deploy.quiet_progress import Remembered
from tests.deploy.tiny import SLEEPER, WITH_A_CHILD_IN_ITS_OWN_SESSION, tiny, tiny_step
from tests.waiting import block_until

Supervise = Callable[[Sequence[Sequence[Service]]], AbstractContextManager[Supervision]]


class Published:
    def __init__(self) -> None:
        self.services: tuple[ServiceState, ...] = ()
        self.is_ready = False

    def __call__(self, services: tuple[ServiceState, ...], *, is_ready: bool) -> None:
        self.services = services
        self.is_ready = is_ready

    def pid_of(self, name: str) -> int | None:
        process = next((service.process for service in self.services if service.name == name), None)
        return process.pid if process else None


@pytest.fixture
def mark(request: pytest.FixtureRequest) -> str:
    return f"test-{os.getpid()}-{request.node.name}"


@pytest.fixture
def progress() -> Remembered:
    return Remembered()


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def supervise(mark: str, progress: Remembered, published: Published) -> Iterator[Supervise]:
    def run(stages: Sequence[Sequence[Service]]) -> Supervision:
        return Supervision(Supervisor(stages, mark=mark, progress=progress, publish=published), progress)

    yield run
    assert marked(mark) == []


def kill(published: Published, name: str) -> int:
    pid = published.pid_of(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def test_stages_start_in_order(
    supervise: Supervise, progress: Remembered, published: Published, tmp_path: Path
) -> None:
    stages = (
        (tiny("database", SLEEPER, tmp_path),),
        (tiny_step("migrate", "", tmp_path),),
        (tiny("api", SLEEPER, tmp_path),),
    )

    with supervise(stages):
        assert progress.became_ready == ["database", "migrate", "api"]
        assert [service.name for service in published.services] == ["database", "api"]
        assert published.is_ready


def test_step_that_fails_stops_everything_and_shows_its_log(supervise: Supervise, mark: str, tmp_path: Path) -> None:
    failing = tiny_step("migrate", "print('no such table'); raise SystemExit(3)", tmp_path)

    with (
        pytest.raises(LauncherError, match=r"migrate ended while starting \(exit code 3\)\. .*\nno such table"),
        supervise(((tiny("database", SLEEPER, tmp_path),), (failing,))),
    ):
        pass

    assert marked(mark) == []


def test_service_that_does_not_get_ready_is_given_up_in_time(supervise: Supervise, tmp_path: Path) -> None:
    slow = tiny_step("deploy", SLEEPER, tmp_path)
    slow.start_seconds = 0.3

    with pytest.raises(LauncherError, match=r"deploy was not ready after 0 s\."), supervise(((slow,),)):
        pass


def test_killed_service_is_started_again_and_said_so(
    supervise: Supervise, progress: Remembered, published: Published, tmp_path: Path
) -> None:
    with supervise(((tiny("api", SLEEPER, tmp_path),),)):
        first = kill(published, "api")

        block_until(lambda: published.pid_of("api") not in {None, first})

    assert progress.sentences == [
        f"api ended unexpectedly; starting it again. Its log: {tmp_path / 'api.log'}",
        "api was started again (restart 1).",
    ]


def test_service_that_keeps_dying_is_started_less_and_less_often() -> None:
    watched = Watched(tiny("api", SLEEPER, Path()), launched_at=0.0)

    pauses = []
    for failures in range(9):
        watched.failures_in_a_row = failures
        pauses.append(watched.pause_seconds())

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_what_a_killed_service_left_ends_before_it_starts_again(
    supervise: Supervise, published: Published, mark: str, tmp_path: Path
) -> None:
    with supervise(((tiny("worker", WITH_A_CHILD_IN_ITS_OWN_SESSION, tmp_path),),)):
        block_until(lambda: len(marked(mark)) == 2)
        left = {process.pid for process in marked(mark)}

        first = kill(published, "worker")

        block_until(lambda: published.pid_of("worker") not in {None, first})
        block_until(lambda: len(marked(mark)) == 2)
        assert not left & {process.pid for process in marked(mark)}


def test_stop_goes_backwards_and_reaches_children_in_other_sessions(
    supervise: Supervise, mark: str, tmp_path: Path
) -> None:
    order = tmp_path / "order"
    says_goodbye = f"""
import signal, sys, time
def end(*_):
    open({str(order)!r}, "a").write(NAME + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
open({str(order)!r} + NAME, "w").close()
time.sleep(600)
"""
    first = tiny("database", says_goodbye.replace("NAME", "'database'"), tmp_path)
    second = tiny("api", says_goodbye.replace("NAME", "'api'"), tmp_path)
    worker = tiny("worker", WITH_A_CHILD_IN_ITS_OWN_SESSION, tmp_path)

    with supervise(((first,), (worker, second))):
        block_until(lambda: len(marked(mark)) == 4)
        block_until(lambda: all((tmp_path / f"order{name}").exists() for name in ("database", "api")))

    assert order.read_text().split() == ["api", "database"]
    assert marked(mark) == []


def test_service_that_ignores_the_request_to_end_is_killed(supervise: Supervise, mark: str, tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )

    with supervise(((tiny("worker", stubborn, tmp_path),),)):
        block_until(lambda: "deaf" in (tmp_path / "worker.log").read_text())

    assert marked(mark) == []


def test_log_of_the_last_start_is_kept_apart(supervise: Supervise, tmp_path: Path) -> None:
    for start in ("first", "second"):
        with supervise(((tiny_step("migrate", f"print({start!r})", tmp_path),),)):
            pass

    assert (tmp_path / "migrate.log").read_text() == "second\n"
    assert (tmp_path / "migrate.log.1").read_text() == "first\n"


def test_stop_while_starting_starts_nothing_more(supervise: Supervise, progress: Remembered, tmp_path: Path) -> None:
    slow = tiny_step("migrate", SLEEPER, tmp_path)
    slow.start_seconds = 20
    stages = ((slow,), (tiny("api", SLEEPER, tmp_path),))
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt), supervise(stages):
        pass

    assert not (tmp_path / "api.log").exists()
    assert progress.became_ready == []
