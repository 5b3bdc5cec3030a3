"""The drivers' errors in our words: their own may quote a value, a statement or a secret."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping

from flows.failures import RunFailure, SourceUnreachable, TableFailed
from flows.sources.network_errors import lost, why_no_network
from flows.sources.warehouses.warehouse import Warehouse

WRONG_LOGIN = "the user name or the password is wrong"
NO_HOST = "the host name is unknown"
DENIED = "permission denied"
GONE = "it does not exist, or the user may not see it"
ENDED = "the statement was cancelled or ran into the statement time-out (source.statement_timeout_seconds)"
NO_ANSWER = "no answer within source.connect_timeout_seconds"
REFUSED = "the connection was refused; is the server running on this port?"

_NETWORK: Mapping[str, str] = {
    "name or service not known": NO_HOST,
    "no such host": NO_HOST,
    "name resolution": NO_HOST,
    "nodename nor servname": NO_HOST,
    "could not translate host name": NO_HOST,
    "failed to resolve": NO_HOST,
    "connection refused": REFUSED,
    "certificate": "TLS could not be set up; check ssl_mode and the certificate",
    "timed out": NO_ANSWER,
    "timeout expired": NO_ANSWER,
}
_LOST = (
    "connection reset",
    "broken pipe",
    "server closed the connection",
    "connection is closed",
    "communication link",
)
_STATE = re.compile(r"[0-9A-Z]{5}")


def unreachable(address: str, warehouse: Warehouse, error: Exception) -> SourceUnreachable:
    """When nobody was let in."""
    network = next((each for each in _causes(error) if isinstance(each, socket.gaierror | ConnectionError)), None)
    cause = why_no_network(network) if network else _by_sign({**warehouse.unreachable, **_NETWORK}, error)
    return SourceUnreachable(f"{address} cannot be reached: {cause or f'the driver gave up ({_kind(error)})'}.")


def failing(address: str, subject: str, warehouse: Warehouse, error: Exception) -> RunFailure:
    """When a statement about `subject` failed."""
    said = str(error).lower()
    if isinstance(error, OSError | EOFError) or any(sign in said for sign in (*warehouse.lost, *_LOST)):
        return lost(address, type(error).__name__)
    cause = _by_sign(warehouse.failing, error) or f"the engine refused the statement ({_kind(error)})"
    return TableFailed(f"{subject} cannot be read: {cause}.")


def _by_sign(signs: Mapping[str, str], error: Exception) -> str | None:
    said = " ".join(str(each) for each in _causes(error)).lower()
    return next((cause for sign, cause in signs.items() if sign in said), None)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from; drivers wrap those of the network."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _kind(error: Exception) -> str:
    """The class of the error, and the SQLSTATE where the driver passes one on."""
    state = getattr(error, "sqlstate", None)
    return (
        f"{type(error).__name__} {state}"
        if isinstance(state, str) and _STATE.fullmatch(state)
        else type(error).__name__
    )
