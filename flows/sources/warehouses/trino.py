"""Trino, through its own client. It gives rows, which become Arrow here batch by batch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from domain.connections.model import SslMode
from flows.failures import SourceUnreachable
from flows.sources.base import Coverage, ValueKind
from flows.sources.forms import Form
from flows.sources.warehouses import failures
from flows.sources.warehouses.catalogue import columns_in, schemas_in, tables_in
from flows.sources.warehouses.drivers import load_driver
from flows.sources.warehouses.warehouse import (
    Batches,
    Catalogue,
    Login,
    Sampling,
    Session,
    Spelling,
    Type,
    Warehouse,
    plain_name,
    same,
)

_HERE = "this_database.information_schema"
_IN_UTC = "CAST(x AT TIME ZONE 'UTC' AS TIMESTAMP(6))"
_HTTPS_PORT = 443
_ROWS_AT_ONCE = 4_096
_ARROW: Mapping[str, str] = {
    "tinyint": "int64",
    "smallint": "int64",
    "integer": "int64",
    "bigint": "int64",
    "real": "float64",
    "double": "float64",
    "boolean": "bool",
    "date": "date32",
    "timestamp": "timestamp[us]",
}
"""By Trino's type; of any other the text is taken."""


class TrinoSession:
    def __init__(self, login: Login) -> None:
        driver = load_driver("trino.dbapi", "trino")
        settings, limits = login.settings, login.limits
        is_encrypted = _is_encrypted(login)
        if login.secret and not is_encrypted:
            raise SourceUnreachable(
                f"{settings.address} cannot be reached: a secret is sent over TLS alone; choose another ssl_mode."
            )
        self._connection = driver.connect(
            host=settings.host,
            port=settings.port,
            user=settings.username,
            catalog=settings.catalog,
            http_scheme="https" if is_encrypted else "http",
            auth=load_driver("trino.auth", "trino").BasicAuthentication(settings.username, login.secret)
            if login.secret
            else None,
            verify=settings.ssl_mode is not SslMode.REQUIRE,
            source="assay",
            timezone="UTC",
            max_attempts=1,
            request_timeout=limits.connect_timeout_seconds,
            session_properties={"query_max_run_time": f"{math.ceil(limits.statement_timeout_seconds)}s"},
        )
        self._cursor = self._connection.cursor()

    def rows(self, sql: str) -> Batches:
        self._cursor = self._connection.cursor()
        self._cursor.execute(sql)
        return _stream(self._cursor)

    def cancel(self) -> None:
        with suppress(Exception):  # nothing is running just now
            self._cursor.cancel()

    def close(self) -> None:
        self._connection.close()


def _is_encrypted(login: Login) -> bool:
    """A secret never travels in the clear, unless the settings say so."""
    match login.settings.ssl_mode:
        case SslMode.DISABLE:
            return False
        case SslMode.PREFER:
            return bool(login.secret) or login.settings.port == _HTTPS_PORT
    return True


def _stream(cursor: Any) -> Batches:  # noqa: ANN401 - the client comes without types
    arrow = load_driver("pyarrow", "trino")
    kinds = [_ARROW.get(plain_name(column[1]), "string") for column in cursor.description]
    types = [arrow.type_for_alias(kind) for kind in kinds]
    schema = arrow.schema(list(zip((column[0] for column in cursor.description), types, strict=True)))

    def batches() -> Iterator[Any]:
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            columns = [_values(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
            arrays = [arrow.array(values, of) for values, of in zip(columns, types, strict=True)]
            yield arrow.record_batch(arrays, schema=schema)

    return arrow.RecordBatchReader.from_batches(schema, batches())


def _values(kind: str, column: Sequence[object]) -> Sequence[object]:
    return [None if value is None else str(value) for value in column] if kind == "string" else column


def connect(login: Login) -> Session:
    return TrinoSession(login)


TRINO = Warehouse(
    label="Trino",
    dialect="trino",
    connect=connect,
    catalogue=Catalogue(
        version="SELECT version() AS version",
        schemas=schemas_in(_HERE),
        tables=tables_in(_HERE, "CAST(NULL AS VARCHAR) AS comment"),
        columns=columns_in(_HERE, "c.data_type AS data_type"),
        keys=(),
        foreign_keys=(),
        system_schemas=frozenset({"information_schema"}),
    ),
    spelling=Spelling(instant_in_utc=_IN_UTC, nan_equals_itself=False),
    types=dict(
        [
            *same("tinyint, smallint, integer, bigint", Form.NUMBER, ValueKind.NUMBER),
            *same("decimal", Form.NUMBER, ValueKind.NUMBER, "CAST(x AS VARCHAR)"),
            *same("real, double", Form.FLOAT, ValueKind.NUMBER),
            *same("varchar, char", Form.OTHER, ValueKind.TEXT, "CAST(x AS VARCHAR)"),
            *same("boolean", Form.BOOLEAN, ValueKind.BOOLEAN),
            *same("date", Form.DATE, ValueKind.MOMENT),
            *same("timestamp", Form.TIMESTAMP, ValueKind.MOMENT, "CAST(x AS TIMESTAMP(6))"),
            *same("timestamp with time zone", Form.INSTANT, ValueKind.MOMENT, _IN_UTC),
            *same("varbinary", Form.OTHER, ValueKind.OTHER, "CONCAT('sha256:', LOWER(TO_HEX(SHA256(x))))"),
            *same("array, map, row, json", Form.OTHER, ValueKind.OTHER, "JSON_FORMAT(CAST(x AS JSON))"),
            *same("geometry, sphericalgeography", Form.OTHER, ValueKind.OTHER, "ST_ASTEXT(x)"),
        ]
    ),
    unknown=Type(Form.OTHER, ValueKind.OTHER, "CAST(x AS VARCHAR)"),
    sampling=Sampling("TABLESAMPLE BERNOULLI ({percent})", Coverage.ROWS, is_repeatable=False),
    unreachable={
        "error 401": failures.WRONG_LOGIN,
        "error 403": failures.DENIED,
        "catalog_not_found": "there is no such catalog",
        "catalog '": "there is no such catalog",
    },
    failing={
        "permission_denied": failures.DENIED,
        "access denied": failures.DENIED,
        "table_not_found": failures.GONE,
        "schema_not_found": failures.GONE,
        "column_not_found": "a column does not exist",
        "exceeded_time_limit": failures.ENDED,
        "user_canceled": failures.ENDED,
        "query has been cancelled": failures.ENDED,
    },
)
