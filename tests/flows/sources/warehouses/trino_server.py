"""Trino's protocol over a stand-in: its real client posts a statement and asks for rows until there are no more."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
from trino.dbapi import Connection

from tests.flows.sources.warehouses.stand_in import StandIn

_LONGEST_WAIT_SECONDS = 0.1
_TYPES = {"int32": "integer", "int64": "bigint", "double": "double", "bool": "boolean", "date32[day]": "date"}


class Statement:
    def __init__(self, stand_in: StandIn, sql: str) -> None:
        self._session: duckdb.DuckDBPyConnection = stand_in.owner.cursor()
        self._executor = ThreadPoolExecutor(1)
        self._found: Future[pa.Table] = self._executor.submit(lambda: stand_in.run(self._session, sql).read_all())

    def cancel(self) -> None:
        self._session.interrupt()

    def answer(self) -> Mapping[str, Any] | None:
        """None while it runs."""
        try:
            found = self._found.result(_LONGEST_WAIT_SECONDS)
        except TimeoutError:
            return None
        except duckdb.Error as error:
            return {"error": _error(error), "stats": {"state": "FAILED"}}
        columns = [_column(field) for field in found.schema]
        rows = [[_json(value) for value in row.values()] for row in found.to_pylist()]
        return {"columns": columns, "data": rows, "stats": {"state": "FINISHED"}}


def _error(error: duckdb.Error) -> Mapping[str, Any]:
    name = "TABLE_NOT_FOUND" if isinstance(error, duckdb.CatalogException) else "GENERIC_USER_ERROR"
    return {"message": str(error), "errorCode": 1, "errorName": name, "errorType": "USER_ERROR"}


def _column(field: pa.Field) -> Mapping[str, Any]:
    if pa.types.is_timestamp(field.type):
        signature = {"rawType": "timestamp", "arguments": [{"kind": "LONG", "value": 6}]}
        return {"name": field.name, "type": "timestamp(6)", "typeSignature": signature}
    kind = _TYPES.get(str(field.type), "varchar")
    arguments = [{"kind": "LONG", "value": 2**31 - 1}] if kind == "varchar" else []
    return {"name": field.name, "type": kind, "typeSignature": {"rawType": kind, "arguments": arguments}}


def _json(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float) else str(value)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, stand_in: StandIn, statements: dict[str, Statement], *args: Any) -> None:
        self._stand_in, self._statements = stand_in, statements
        super().__init__(*args)

    def do_POST(self) -> None:
        sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._stand_in.given.append({key.lower(): value for key, value in self.headers.items()})
        if self._stand_in.refusal:
            return self._say({}, 401)
        name = uuid4().hex
        self._statements[name] = Statement(self._stand_in, sql)
        return self._say(self._next(name) | {"stats": {"state": "QUEUED"}})

    def do_GET(self) -> None:
        name = self.path.split("/")[-2]
        answer = self._statements[name].answer()
        running = self._next(name) | {"stats": {"state": "RUNNING"}}
        self._say(running if answer is None else {"id": name, "infoUri": self._url(name), **answer})

    def do_DELETE(self) -> None:
        self._statements[self.path.split("/")[-2]].cancel()
        self._say({}, 204)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""

    def _next(self, name: str) -> dict[str, Any]:
        return {"id": name, "infoUri": self._url(name), "nextUri": f"{self._url(name)}/{next(_NUMBERS)}"}

    def _url(self, name: str) -> str:
        return f"http://{self.headers['Host']}/v1/statement/{name}"

    def _say(self, answer: Mapping[str, Any], status: int = 200) -> None:
        body = json.dumps(answer).encode() if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_NUMBERS = count(1)


def trino_over(stand_in: StandIn) -> Mapping[str, Any]:
    """The client's own module, led to a server of ours instead of the host in the settings."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, stand_in, {}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stand_in.closing.append(server.shutdown)
    stand_in.closing.append(server.server_close)

    def connect(**given: Any) -> Any:
        return Connection(**{**given, "port": server.server_port})

    return {"trino.dbapi": SimpleNamespace(connect=connect)}


def password_of(headers: Mapping[str, str]) -> str:
    """What the client sent to sign in."""
    return base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
