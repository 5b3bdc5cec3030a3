"""Finds out whether a port is free before anything tries to listen on it."""

import errno
import random
import socket

from deploy.local.errors import LauncherError
from deploy.local.processes import listener_on

BELOW_OUTGOING_CONNECTIONS = range(15433, 32000)  # the system hands out higher ports to anybody, at any time
ATTEMPTS = 100


def is_free(host: str, port: int) -> bool:
    return _obstacle(host, port) is None


def free_port(host: str) -> int:
    for port in random.sample(BELOW_OUTGOING_CONNECTIONS, ATTEMPTS):
        if is_free(host, port):
            return port
    raise LauncherError(f"No free port was found on {host} in {ATTEMPTS} attempts.")


def require_free(host: str, port: int, *, wanted_for: str, setting: str) -> None:
    obstacle = _obstacle(host, port)
    if obstacle is None:
        return
    if obstacle.errno == errno.EADDRINUSE:
        raise LauncherError(f"{_taken(host, port, wanted_for)}: stop that process, or {_choose(setting)}.")
    if obstacle.errno == errno.EACCES:
        raise LauncherError(f"Port {port}, wanted for {wanted_for}, is reserved for root: {_choose(setting)}.")
    raise LauncherError(f"Nothing can listen on {host} ({obstacle.strerror}): set ASSAY_BIND (or --bind) to 127.0.0.1.")


def _taken(host: str, port: int, wanted_for: str) -> str:
    holder = listener_on(port)
    return f"Port {port} on {host}, wanted for {wanted_for}, is held by {holder or 'another process'}"


def _choose(setting: str) -> str:
    option = setting.removeprefix("ASSAY_").lower().replace("_", "-")
    return f"set {setting} (or --{option}) to another port"


def _obstacle(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
        return None
