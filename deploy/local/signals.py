"""Every polite way to end a program ends it the way Ctrl-C does: through its `finally` blocks."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""SIGINT, too: what a script starts in the background inherits a SIGINT that is ignored."""


@contextmanager
def stopping_like_ctrl_c() -> Iterator[None]:
    if current_thread() is not main_thread():  # only the main thread may set handlers
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in POLITE}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
