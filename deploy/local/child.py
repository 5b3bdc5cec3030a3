"""Runs a command that never outlives its launcher: `python child.py <pid of the launcher> <command> …`.

A script of its own and not a function between fork and exec, which is not safe beside threads. Standard library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(launcher: int) -> None:
    """Linux only; elsewhere the guardian clears up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != launcher:  # it died before we asked
        sys.exit(1)


def main() -> None:
    die_with(int(sys.argv[1]))
    for inherited in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a shell's `&` hands on an ignored SIGINT
        signal.signal(inherited, signal.SIG_DFL)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # this is what it is for


if __name__ == "__main__":
    main()
