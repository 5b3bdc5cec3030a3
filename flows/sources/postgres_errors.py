"""PostgreSQL's errors in our words.

The server's own message is never passed on: it may quote a value of the data, and a driver's may quote the password.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import asyncpg
import duckdb

from flows.failures import RunFailure, SourceUnreachable, TableFailed
from flows.sources.network_errors import lost, why_no_network

_UNREACHABLE: Mapping[str, str] = {
    "28P01": "the user name or the password is wrong",
    "28000": "the server does not let this user in from here (pg_hba.conf)",
    "3D000": "there is no such database",
    "42501": "the user may not connect to this database",
    "53300": "the server has no connection left",
    "57P01": "the server shut the connection down",
    "57P02": "the server crashed",
    "57P03": "the server is starting up or shutting down",
}
_FAILED: Mapping[str, str] = {
    "42P01": "the table does not exist",
    "3F000": "the schema does not exist",
    "42703": "a column does not exist",
    "42501": "permission denied",
    "57014": "the statement was cancelled or ran into the statement time-out (source.statement_timeout_seconds)",
    "55P03": "a lock was not free within source.lock_timeout_seconds",
    "25006": "the statement tried to write in a read-only session",
    "08001": "a server that it reads from cannot be reached",
    "08006": "a server that it reads from was lost",
    "58P01": "a file that it reads from does not exist",
    "55000": "the view holds no data yet (REFRESH MATERIALIZED VIEW fills it)",
}
_CONNECTION_CLASSES = ("08", "28", "3D", "533", "57P")
_STOPPED: Mapping[str, str] = {
    "division by zero": "it divides by zero",
    "invalid input syntax for type": "a value does not fit the type that it is cast to",
    "cannot display a value": "a value of its type cannot be written",
    "permission denied": "permission denied",
    "could not connect to server": _FAILED["08001"],
    "could not open file": "a file that it reads from cannot be opened",
    "terminating connection": "the connection to the source broke",
    "server closed the connection": "the connection to the source broke",
    "could not read block": "its file in the source is damaged",
    "invalid page in block": "its file in the source is damaged",
    "missing chunk number": "its file in the source is damaged",
}
"""By words in which PostgreSQL tells it and which hold no value. In other languages than English the reason is lost."""
_WORDS = re.compile(r"[A-Z][a-z]+")


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Around the opening of a connection: whatever fails there is `SourceUnreachable`."""
    try:
        yield
    except asyncpg.PostgresError as error:
        cause = _why_unreachable(error)
    except OSError as error:
        cause = why_no_network(error)
    except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        cause = f"the connection failed ({type(error).__name__})"
    else:
        return
    raise SourceUnreachable(f"{address} cannot be reached: {cause}.") from None


@contextmanager
def reading(address: str, subject: str) -> Iterator[None]:
    """Around a statement about `subject`: a lost connection is the source's failure, all else the table's."""
    try:
        yield
    except asyncpg.PostgresError as error:
        failure = _failure(address, subject, error)
    except asyncpg.DataError:
        failure = TableFailed(f"{subject} cannot be read: an argument does not fit its type.")
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        failure = lost(address, type(error).__name__)
    else:
        return
    raise failure from None


def why_stopped(error: duckdb.Error) -> str:
    """Why a copy stopped, of which DuckDB's scanner tells only in the server's words."""
    told = str(error)
    known = (why for words, why in _STOPPED.items() if words in told)
    return next(known, f"the reading stopped midway ({type(error).__name__})")


def _failure(address: str, subject: str, error: asyncpg.PostgresError) -> RunFailure:
    state = error.sqlstate or ""
    # An error that leaves the session open is of what lies behind the source: a foreign server, say. A session that the
    # pool opened meanwhile can fail like the first one.
    if state.startswith(_CONNECTION_CLASSES) and error.severity_en != "ERROR":
        return lost(address, _why_unreachable(error))
    return TableFailed(f"{subject} cannot be read: {_FAILED.get(state, _describe(error))}.")


def _why_unreachable(error: asyncpg.PostgresError) -> str:
    return _UNREACHABLE.get(error.sqlstate or "", _describe(error))


def _describe(error: asyncpg.PostgresError) -> str:
    words = " ".join(_WORDS.findall(type(error).__name__.removesuffix("Error"))).lower()
    return f"{words or 'an error'} (SQLSTATE {error.sqlstate})"
