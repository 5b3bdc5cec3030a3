"""Databricks SQL, through its own connector, which gives Arrow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from flows.sources.base import Coverage, ValueKind
from flows.sources.forms import Form
from flows.sources.warehouses import failures
from flows.sources.warehouses.catalogue import columns_in, foreign_keys_in, keys_in, schemas_in, tables_in
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
    same,
)

_HERE = "this_database.information_schema"
_IN_UTC = "CAST(x AS TIMESTAMP_NTZ)"
"""Sessions are in UTC."""
_ROWS_AT_ONCE = 8_192


class DatabricksSession:
    def __init__(self, login: Login) -> None:
        driver = load_driver("databricks.sql", "databricks")
        settings, limits = login.settings, login.limits
        seconds = math.ceil(limits.statement_timeout_seconds)
        self._connection = driver.connect(
            server_hostname=settings.host,
            http_path=settings.http_path,
            access_token=login.secret,
            catalog=settings.catalog,
            session_configuration={"STATEMENT_TIMEOUT": str(seconds), "TIMEZONE": "UTC", "ANSI_MODE": "true"},
            user_agent_entry="assay",
            enable_telemetry=False,
            _retry_stop_after_attempts_duration=math.ceil(limits.connect_timeout_seconds),
        )
        self._cursor = self._connection.cursor()

    def rows(self, sql: str) -> Batches:
        self._cursor.close()
        self._cursor = self._connection.cursor()
        self._cursor.execute(sql)
        return _stream(self._cursor)

    def cancel(self) -> None:
        with suppress(Exception):  # nothing is running just now
            self._cursor.cancel()

    def close(self) -> None:
        self._connection.close()


def _stream(cursor: Any) -> Batches:  # noqa: ANN401 - the connector's types are not known here
    first = cursor.fetchmany_arrow(_ROWS_AT_ONCE)

    def batches() -> Iterator[Any]:
        part = first
        while part.num_rows:
            yield from part.to_batches()
            part = cursor.fetchmany_arrow(_ROWS_AT_ONCE)

    return load_driver("pyarrow", "databricks").RecordBatchReader.from_batches(first.schema, batches())


def connect(login: Login) -> Session:
    return DatabricksSession(login)


DATABRICKS = Warehouse(
    label="Databricks",
    dialect="databricks",
    connect=connect,
    catalogue=Catalogue(
        version="SELECT VERSION() AS version",
        schemas=schemas_in(_HERE),
        tables=tables_in(_HERE, "t.comment AS comment"),
        columns=columns_in(_HERE, "c.full_data_type AS data_type, c.comment AS comment"),
        keys=(keys_in(_HERE),),
        foreign_keys=(foreign_keys_in(_HERE),),
        system_schemas=frozenset({"information_schema"}),
    ),
    spelling=Spelling(instant_in_utc=_IN_UTC),
    types=dict(
        [
            *same("tinyint, smallint, int, bigint, decimal", Form.NUMBER, ValueKind.NUMBER),
            *same("float, double", Form.FLOAT, ValueKind.NUMBER),
            *same("string, varchar, char", Form.OTHER, ValueKind.TEXT),
            *same("boolean", Form.BOOLEAN, ValueKind.BOOLEAN),
            *same("date", Form.DATE, ValueKind.MOMENT),
            *same("timestamp_ntz", Form.TIMESTAMP, ValueKind.MOMENT),
            *same("timestamp", Form.INSTANT, ValueKind.MOMENT, _IN_UTC),
            *same("binary", Form.OTHER, ValueKind.OTHER, "CONCAT('sha256:', SHA2(x, 256))"),
            *same("array, map, struct", Form.OTHER, ValueKind.OTHER, "TO_JSON(x)"),
            *same("geography, geometry", Form.OTHER, ValueKind.OTHER, "ST_ASTEXT(x)"),
        ]
    ),
    unknown=Type(Form.OTHER, ValueKind.OTHER, "CAST(x AS STRING)"),
    sampling=Sampling("TABLESAMPLE ({percent} PERCENT) REPEATABLE ({seed})", Coverage.ROWS, is_repeatable=True),
    unreachable={
        "max retry duration": failures.NO_ANSWER,
        "invalid access token": failures.WRONG_LOGIN,
        "unauthorized": failures.WRONG_LOGIN,
        "401": failures.WRONG_LOGIN,
        "403": failures.DENIED,
        "endpoint_not_found": "there is nothing at this http_path",
        "not_found": "there is nothing at this http_path",
        "no_such_catalog": "there is no such catalog",
    },
    failing={
        "insufficient_permissions": failures.DENIED,
        "permission_denied": failures.DENIED,
        "table_or_view_not_found": failures.GONE,
        "schema_not_found": failures.GONE,
        "unresolved_column": "a column does not exist",
        "timed out": failures.ENDED,
        "operation_canceled": failures.ENDED,
        "cancelled": failures.ENDED,
    },
    lost=("invalid sessionhandle", "session is closed"),
)
