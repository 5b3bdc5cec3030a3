"""A run that is forked begins, is ended and ends like one that a worker has started itself."""

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from flows.warm_start.launch import ENGINE, SOCKET
from flows.warm_start.linux import is_possible
from tests.flows.warm_start.warm_server import WarmServer, warm_server
from tests.waiting import block_until

pytestmark = [
    pytest.mark.skipif(not is_possible(), reason="runs are forked on Linux only"),
    pytest.mark.xdist_group("warm-start"),
]

BEGIN_SECONDS = 60.0
COLD = [sys.executable, "-m", ENGINE]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmServer]:
    with warm_server(tmp_path_factory.mktemp("warm")) as started:
        yield started


@pytest.fixture
def prefect() -> Iterator[socket.socket]:
    """One that never answers, so that a run which has begun stays where it is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(BEGIN_SECONDS)
        yield listening


def test_run_asks_the_prefect_of_its_own_environment_and_is_forked(server: WarmServer, prefect: socket.socket) -> None:
    launcher = server.begin(prefect)

    asked, _ = prefect.accept()

    with asked:
        (run,) = server.runs()
        assert run.cwd() == psutil.Process(launcher.pid).cwd()
    launcher.kill()
    launcher.communicate()


def test_run_ends_with_its_exit_code_and_what_it_said(server: WarmServer, prefect: socket.socket) -> None:
    launcher = server.begin(prefect, PREFECT__FLOW_RUN_ID="nonsense")

    said, _ = launcher.communicate(timeout=BEGIN_SECONDS)

    assert "Invalid flow run id" in said
    assert launcher.returncode == 1
    block_until(server.is_alone)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_of_the_worker_reaches_the_run(server: WarmServer, prefect: socket.socket, number: int) -> None:
    launcher = server.begin(prefect)
    asked, _ = prefect.accept()
    (run,) = server.runs()

    with asked:
        launcher.send_signal(number)
        launcher.communicate(timeout=BEGIN_SECONDS)

    assert (launcher.returncode, run.is_running()) == (-number, False)
    block_until(server.is_alone)


def test_run_that_is_killed_ends_as_a_process_that_was_killed(server: WarmServer, prefect: socket.socket) -> None:
    launcher = server.begin(prefect)
    asked, _ = prefect.accept()
    (run,) = server.runs()

    with asked:
        run.kill()
        launcher.communicate(timeout=BEGIN_SECONDS)

    assert launcher.returncode == -signal.SIGKILL
    block_until(server.is_alone)


def test_run_does_not_outlive_what_the_worker_killed(server: WarmServer, prefect: socket.socket) -> None:
    launcher = server.begin(prefect)
    asked, _ = prefect.accept()

    with asked:
        launcher.kill()
        launcher.communicate(timeout=BEGIN_SECONDS)

        block_until(server.is_alone)


def test_runs_do_not_outlive_the_server(tmp_path: Path, prefect: socket.socket) -> None:
    with warm_server(tmp_path) as server:
        launcher = server.begin(prefect)
        asked, _ = prefect.accept()
        (run,) = server.runs()

        with asked:
            server.kill()
            launcher.communicate(timeout=BEGIN_SECONDS)

    assert launcher.returncode == -signal.SIGKILL
    block_until(lambda: not run.is_running())


@pytest.mark.parametrize(
    ("case", "environment"),
    [
        ("no server", {SOCKET: "/nowhere/socket"}),
        ("other settings", {"ASSAY_PROFILING_MAX_CONCURRENT_TABLES": "3"}),
        ("settings that are wrong", {"ASSAY_PROFILING_MAX_CONCURRENT_TABLES": "none"}),
    ],
)
def test_run_that_nobody_takes_begins_by_itself(
    server: WarmServer, prefect: socket.socket, case: str, environment: dict[str, str]
) -> None:
    launcher = server.begin(prefect, **environment)

    asked, _ = prefect.accept()

    with asked:
        assert psutil.Process(launcher.pid).cmdline() == COLD, case
        assert server.is_alone()
    launcher.kill()
    launcher.communicate()
