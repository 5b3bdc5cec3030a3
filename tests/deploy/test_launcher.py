import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.__main__ import main
from deploy.local.errors import AlreadyRunning
from deploy.local.home import Home
from deploy.local.processes import marked, working_in
from deploy.local.run_state import RunState
from tests.waiting import block_until

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """Outside pytest's own folder, which PostgreSQL's user may not enter when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="assay-test-") as folder:
        Path(folder).chmod(0o711)
        yield Home(Path(folder))


@pytest.fixture
def launcher(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    command = (sys.executable, "-m", "tests.deploy.tiny_launcher", str(home.root))
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as process:
        yield process
        process.terminate()


def running(home: Home) -> RunState:
    """Waits until all is up: a worker with a child in another session, a clerk, a database."""
    block_until(lambda: (state := home.running()) is not None and state.is_ready)
    state = home.running()
    assert state is not None
    block_until(lambda: len(marked(state.mark)) == 3)
    return state


def remains(home: Home, state: RunState) -> int:
    return len(marked(state.mark)) + len(working_in(home.postgres / "data"))


def test_sigkill_of_the_launcher_leaves_nothing(home: Home, launcher: subprocess.Popen[bytes]) -> None:
    state = running(home)

    launcher.kill()

    block_until(lambda: remains(home, state) == 0)
    block_until(lambda: not home.state_file.exists())


def test_sigkill_of_launcher_and_guardian_leaves_what_the_next_start_clears(
    home: Home, launcher: subprocess.Popen[bytes]
) -> None:
    state = running(home)
    launcher.send_signal(signal.SIGSTOP)
    for guardian in working_in(PROJECT):
        if str(home.root) in guardian.cmdline() and guardian.pid != launcher.pid:
            guardian.kill()
    launcher.kill()
    launcher.wait()

    again = subprocess.Popen(launcher.args, cwd=PROJECT, stdout=subprocess.DEVNULL)
    following = running_after(home, state)
    left = len(marked(state.mark))
    again.terminate()

    assert (again.wait(), left) == (0, 0)
    assert remains(home, following) == 0


def test_sigterm_stops_everything_in_order(home: Home, launcher: subprocess.Popen[bytes]) -> None:
    state = running(home)

    launcher.terminate()

    assert launcher.wait(20) == 0
    assert remains(home, state) == 0
    assert not home.state_file.exists()


def test_second_launcher_is_told_where_the_first_one_is(home: Home, launcher: subprocess.Popen[bytes]) -> None:
    running(home)

    with (
        pytest.raises(AlreadyRunning, match=rf"\(pid {launcher.pid}\): API http://a, Prefect http://p\."),
        home.lock(),
    ):
        pass


def running_after(home: Home, earlier: RunState) -> RunState:
    block_until(lambda: (state := home.running()) is not None and state.mark != earlier.mark)
    return running(home)


def test_killed_postgresql_is_started_again_on_its_port(home: Home, launcher: subprocess.Popen[bytes]) -> None:
    before = running(home).services[0]
    assert before.process is not None

    before.process.send(signal.SIGKILL)

    block_until(lambda: (state := home.running()) is not None and state.services[0].restarts == 1)
    after = running(home).services[0]
    assert after.process is not None
    assert after.process.is_alive()
    assert after.address == before.address


def test_status_tells_pid_memory_and_address_of_each(
    home: Home, launcher: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    state = running(home)

    code = main(["status", "--json", "--home", str(home.root)])

    told = json.loads(capsys.readouterr().out)
    rows = {row["component"]: row for row in told["components"]}
    assert (code, told["healthy"]) == (0, True)
    assert list(rows) == ["launcher", "postgresql", "worker", "clerk"]
    assert rows["launcher"]["pid"] == launcher.pid
    assert rows["postgresql"]["address"] == state.services[0].address
    assert all(row["memory_mib"] > 0 and row["state"] == "healthy" for row in rows.values())


def test_status_of_a_service_that_ended_is_not_healthy(
    home: Home, launcher: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    clerk = running(home).services[2].process
    assert clerk is not None
    launcher.send_signal(signal.SIGSTOP)  # or it would start it again
    clerk.send(signal.SIGKILL)
    block_until(lambda: not clerk.is_alive())

    code = main(["status", "--home", str(home.root)])
    launcher.send_signal(signal.SIGCONT)

    assert code == 1
    assert "clerk            ended" in capsys.readouterr().out


def test_down_stops_it_from_outside(
    home: Home, launcher: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    state = running(home)

    assert main(["down", "--home", str(home.root)]) == 0

    assert capsys.readouterr().out == f"Stopped Assay on {home.root}.\n"
    assert launcher.wait(5) == 0
    assert remains(home, state) == 0
