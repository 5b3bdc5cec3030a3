"""Waits for the launcher to die, in whatever way, and then becomes the command that it was given.

It notices by the end of its standard input, which only the launcher holds open. It has a process of its own because
a flow run lives in a session apart from its worker, and because PostgreSQL is better stopped than killed.
Standard library only, so that it takes next to no memory.
"""

import os
import sys

if __name__ == "__main__":
    sys.stdin.buffer.read()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606  # this is what it is for
