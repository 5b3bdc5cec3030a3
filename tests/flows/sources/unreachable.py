"""Addresses at which no server lets anybody in, and why."""

import socket
from typing import Any


def unreachable(reader: str) -> list[tuple[dict[str, Any], str]]:
    """What is wrong with the settings of a connection, and what is to be said of it; `reader` is another one's name."""
    return [
        ({"username": reader}, "the user name or the password is wrong"),
        ({"username": "nobody here"}, "the user name or the password is wrong"),
        ({"database": "nowhere"}, "there is no such database"),
        ({"host": "no-such-host.invalid"}, "the host name is unknown"),
        ({"port": _closed_port()}, "the connection was refused; is the server running on this port?"),
    ]


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
