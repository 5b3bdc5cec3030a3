"""Runs the guardian of a launcher as long as the launcher serves."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local import guardian, remains
from deploy.local.home import Home


@contextmanager
def guarded(home: Home) -> Iterator[None]:
    afterwards = (sys.executable, "-m", remains.__name__, str(home.root))
    with home.log_of("guardian").open("ab") as log:
        process = subprocess.Popen(
            (sys.executable, "-I", "-S", guardian.__file__, *afterwards),
            stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield
    finally:
        process.kill()
        process.communicate()
