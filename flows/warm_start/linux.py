"""What a warm start needs of the system. On macOS, its own libraries break in a process forked without exec."""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def is_possible() -> bool:
    """On Linux 5.3 and later."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def end_with_parent(parent: int) -> None:
    """The system kills this process when its parent is gone, in whatever way; at once when it is gone already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def count_threads() -> int:
    """Those of libraries, too."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())
