"""MySQL's and MariaDB's errors in our words.

The server's own message is never passed on: it may quote a value of the data, and a driver's may quote the password.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pymysql
from pymysql.constants import CR, ER

from flows.failures import RunFailure, SourceUnreachable, TableFailed
from flows.sources.local_errors import cause_of
from flows.sources.network_errors import NO_TLS, lost, why_no_network

_WRONG_LOGIN = "the user name or the password is wrong"
_LOCKED = "a lock was not free within source.lock_timeout_seconds"
_DENIED = "permission denied"
_GONE = "the table does not exist"
_READ_ONLY = "the statement tried to write in a read-only session"
_ENDED = "the statement was cancelled or ran into the statement time-out (source.statement_timeout_seconds)"
_BROKEN_VIEW = "the view refers to something that does not exist, or that its owner may not read"
_MARIADB_TIMEOUT, _MARIADB_READ_ONLY_TRANSACTION, _MYSQL_TIMEOUT, _AUTH_PLUGIN_REFUSED = 1969, 1792, 3024, 1698

_UNREACHABLE: Mapping[int, str] = {
    ER.ACCESS_DENIED_ERROR: _WRONG_LOGIN,
    _AUTH_PLUGIN_REFUSED: _WRONG_LOGIN,
    ER.DBACCESS_DENIED_ERROR: "the user may not use this database, or there is no such database",
    ER.BAD_DB_ERROR: "there is no such database",
    ER.CON_COUNT_ERROR: "the server has no connection left",
    ER.TOO_MANY_USER_CONNECTIONS: "the server has no connection left for this user",
    ER.HOST_NOT_PRIVILEGED: "the server does not let this host in",
    ER.HOST_IS_BLOCKED: "the server does not let this host in",
    ER.SERVER_SHUTDOWN: "the server is shutting down",
    CR.CR_SSL_CONNECTION_ERROR: NO_TLS,
    CR.CR_SERVER_LOST: "the server hung up",
}
_FAILED: Mapping[int, str] = {
    ER.NO_SUCH_TABLE: _GONE,
    ER.BAD_FIELD_ERROR: "a column does not exist",
    ER.TABLEACCESS_DENIED_ERROR: _DENIED,
    ER.COLUMNACCESS_DENIED_ERROR: _DENIED,
    ER.VIEW_INVALID: _BROKEN_VIEW,
    ER.LOCK_WAIT_TIMEOUT: _LOCKED,
    ER.QUERY_INTERRUPTED: _ENDED,
    _MARIADB_TIMEOUT: _ENDED,
    _MYSQL_TIMEOUT: _ENDED,
    _MARIADB_READ_ONLY_TRANSACTION: _READ_ONLY,
}
_LOST = frozenset({CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR, CR.CR_CONN_HOST_ERROR, ER.SERVER_SHUTDOWN})
_SIGNS_OF_LOSS = ("Lost connection", "gone away", "Can't connect", "shutdown in progress", "was killed")
_SIGNS: Mapping[str, str] = {
    "Lock wait timeout": _LOCKED,
    "command denied": _DENIED,
    "doesn't exist": _GONE,
    "interrupted": _ENDED,
    "READ ONLY": _READ_ONLY,
}
"""Parts of what the server tells DuckDB's scanner, which passes on no numbers; another language has none of them."""


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Around the opening of a connection: whatever fails there is `SourceUnreachable`."""
    try:
        yield
    except pymysql.MySQLError as error:
        cause = _why_unreachable(error)
    except OSError as error:
        cause = why_no_network(error)
    else:
        return
    raise SourceUnreachable(f"{address} cannot be reached: {cause}.") from None


@contextmanager
def reading(address: str, subject: str) -> Iterator[None]:
    """Around a statement about `subject`: a lost connection is the source's failure, all else the table's."""
    try:
        yield
    except pymysql.MySQLError as error:
        number = _number(error)
        failure: RunFailure = (
            lost(address, f"error {number}")
            if number in _LOST
            else TableFailed(f"{subject} cannot be read: {_FAILED.get(number, f'the server says error {number}')}.")
        )
    except OSError as error:
        failure = lost(address, type(error).__name__)
    else:
        return
    raise failure from None


def scanning_failure(address: str, subject: str, error: duckdb.Error) -> RunFailure:
    """What DuckDB's scanner met, by the parts of its message that are always the same."""
    said = str(error)
    if not isinstance(error, duckdb.IOException):
        return TableFailed(f"{subject} cannot be read: {cause_of(error)}.")
    if any(sign in said for sign in _SIGNS_OF_LOSS):
        return lost(address, "the connection ended")
    cause = next((cause for sign, cause in _SIGNS.items() if sign in said), "the server stopped the reading")
    return TableFailed(f"{subject} cannot be read: {cause}.")


def _why_unreachable(error: pymysql.MySQLError) -> str:
    number = _number(error)
    beneath = getattr(error, "original_exception", error.__context__)
    if number in _LOST and isinstance(beneath, OSError):
        return why_no_network(beneath)
    return _UNREACHABLE.get(number, f"the server says error {number}")


def _number(error: pymysql.MySQLError) -> int:
    """0 for what has none."""
    return next((part for part in error.args if isinstance(part, int)), 0)
