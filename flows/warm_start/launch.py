"""What a worker starts for a run: a small process that stands for the run, which a warm server forks.

The worker's signals go on to the run, its end is the run's end, and neither outlives the other. Where nobody takes the
run, this process becomes the run. A script of its own and standard library only, so that it is there in 20 ms.
"""

import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

SOCKET = "WARM_START_SOCKET"
"""The variable that names the server's socket; outside the ASSAY_ prefix, which belongs to the settings."""
ENGINE = "prefect.engine"
TAKEN, DECLINED = b"taken", b"declined"
LARGEST_MESSAGE = 1 << 20
STANDARD_STREAMS = (0, 1, 2)
PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> int:
    server = _ask_for_a_run()
    answer = DECLINED if server is None else _answer(server)
    if server is None or answer == DECLINED:
        _become_the_run()
    if answer != TAKEN:
        return 1  # the keeper died, and a run that it may have begun died with it: begun twice would be worse

    def pass_on(number: int, _frame: FrameType | None) -> None:
        with suppress(OSError):  # the end of the run is about to be told
            server.send(str(number).encode())

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    return _end_as(server.recv(LARGEST_MESSAGE))


def _ask_for_a_run() -> socket.socket | None:
    named = os.environ.pop(SOCKET, None)
    if named is None:
        return None
    folder = Path.cwd()
    request = {"environment": dict(os.environ), "folder": str(folder)}
    try:
        os.chdir(Path(named).parent)  # the path of a Unix socket is short, that of a home may be long
        server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        server.connect(Path(named).name)
        socket.send_fds(server, [json.dumps(request).encode()], STANDARD_STREAMS)
    except OSError:
        return None
    finally:
        os.chdir(folder)
    return server


def _answer(server: socket.socket) -> bytes:
    try:
        return server.recv(LARGEST_MESSAGE)
    except ConnectionResetError:  # closed before the request was read
        return DECLINED


def _become_the_run() -> NoReturn:
    os.execv(sys.executable, (sys.executable, "-m", ENGINE))  # noqa: S606 - this is what it is for


def _end_as(status: bytes) -> int:
    """The exit code of the run, or the signal that ended it; a run that lost its keeper was killed."""
    code = os.waitstatus_to_exitcode(int(status)) if status else -signal.SIGKILL
    if code < 0:
        if -code in PASSED_ON:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


if __name__ == "__main__":
    sys.exit(main())
