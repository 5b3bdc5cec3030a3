import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from deploy.local.processes import MARK, ProcessIdentity, end_marked, marked
from tests.waiting import block_until

Sleeper = Callable[[dict[str, str]], subprocess.Popen[bytes]]


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    """Starts a process that does nothing, in an environment with these additions."""
    with ExitStack() as running:

        def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
            command = (sys.executable, "-S", "-c", "input()")
            process = subprocess.Popen(command, env=os.environ | environment, stdin=subprocess.PIPE)
            running.enter_context(process)
            running.callback(process.kill)
            return process

        yield start


@pytest.mark.parametrize(
    ("case", "mark", "carried", "found"),
    [
        ("itself", "m1", "m1", True),
        ("below", "m1", "m1/worker", True),
        ("sibling with the same beginning", "m1", "m12/worker", False),
        ("above", "m1/worker", "m1", False),
        ("empty mark", "", "m1", False),
    ],
)
def test_mark_finds_what_carries_it_or_one_below(
    case: str, mark: str, carried: str, found: bool, sleeper: Sleeper
) -> None:
    unique = f"test-{os.getpid()}-"
    process = sleeper({MARK: f"{unique}{carried}"})

    wanted = f"{unique}{mark}" if mark else ""

    assert (process.pid in {other.pid for other in marked(wanted)}) == found


def test_empty_mark_ends_nobody(sleeper: Sleeper) -> None:
    unmarked, marked_empty = sleeper({}), sleeper({MARK: ""})

    end_marked("")

    assert (unmarked.poll(), marked_empty.poll()) == (None, None)


def test_identity_of_a_later_process_with_the_same_pid_differs(sleeper: Sleeper) -> None:
    process = sleeper({})
    current = ProcessIdentity.of(process.pid)
    assert current is not None

    earlier = ProcessIdentity(process.pid, current.started - 60)

    assert current.is_alive()
    assert not earlier.is_alive()


def test_process_that_ended_and_was_not_reaped_is_gone(sleeper: Sleeper) -> None:
    process = sleeper({})
    identity = ProcessIdentity.of(process.pid)
    assert identity is not None

    process.kill()

    block_until(lambda: not identity.is_alive())
    assert ProcessIdentity.of(process.pid) is None
