"""The drivers' interfaces over stand-ins, as far as Assay uses them, and the settings with which each is reached."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Self

import duckdb
import pyarrow as pa
import pytest

from domain.connections.model import ConnectionKind, ConnectionSettings, SslMode
from tests.flows.sources.warehouses.stand_in import StandIn
from tests.flows.sources.warehouses.trino_server import trino_over

SECRET = "s3cret-of-the-warehouse"


SNOWFLAKE_TYPES = {
    "INTEGER": "NUMBER", "BIGINT": "NUMBER", "VARCHAR": "TEXT", "DECIMAL": "NUMBER", "DOUBLE": "FLOAT",
    "TIMESTAMP": "TIMESTAMP_NTZ", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ", "BLOB": "BINARY",
}  # fmt: skip
BIGQUERY_TYPES = {
    "INTEGER": "INT64", "BIGINT": "INT64", "VARCHAR": "STRING", "DECIMAL": "NUMERIC", "DOUBLE": "FLOAT64",
    "BOOLEAN": "BOOL", "TIMESTAMP": "DATETIME", "TIMESTAMP WITH TIME ZONE": "TIMESTAMP", "BLOB": "BYTES",
}  # fmt: skip
SQLSERVER_TYPES = {
    "INTEGER": "int", "BIGINT": "bigint", "VARCHAR": "nvarchar", "DECIMAL": "decimal", "DOUBLE": "float",
    "BOOLEAN": "bit", "DATE": "date", "TIMESTAMP": "datetime2", "TIMESTAMP WITH TIME ZONE": "datetimeoffset",
    "BLOB": "varbinary",
}  # fmt: skip
TRINO_TYPES = {
    "INTEGER": "integer", "BIGINT": "bigint", "VARCHAR": "varchar", "DECIMAL": "decimal(10,2)", "DOUBLE": "double",
    "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp(6)",
    "TIMESTAMP WITH TIME ZONE": "timestamp(6) with time zone", "BLOB": "varbinary",
}  # fmt: skip
DATABRICKS_TYPES = {
    "INTEGER": "int", "BIGINT": "bigint", "VARCHAR": "string", "DECIMAL": "decimal(10,2)", "DOUBLE": "double",
    "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp_ntz", "TIMESTAMP WITH TIME ZONE": "timestamp",
    "BLOB": "binary",
}  # fmt: skip
REDSHIFT_TYPES = {
    "INTEGER": "integer", "BIGINT": "bigint", "VARCHAR": "character varying", "DECIMAL": "numeric",
    "DOUBLE": "double precision", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "BLOB": "varbyte",
}  # fmt: skip


@dataclass(frozen=True)
class Driver:
    make: Callable[[], StandIn]
    modules: Callable[[StandIn], Mapping[str, Any]]
    settings: ConnectionSettings
    system: str
    secret: str | None = SECRET


class AdbcCursor:
    def __init__(self, stand_in: StandIn, session: duckdb.DuckDBPyConnection) -> None:
        self._stand_in, self._session = stand_in, session
        self._rows: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, sql: str) -> None:
        if sql.startswith(("ALTER SESSION SET ", "SET ")):
            self._stand_in.settings.append(sql)
        else:
            self._rows = self._stand_in.run(self._session, sql)

    def fetch_record_batch(self) -> Any:
        return self._rows

    def adbc_cancel(self) -> None:
        self._session.interrupt()

    def close(self) -> None:
        self._rows = None


class AdbcConnection:
    def __init__(self, stand_in: StandIn, **given: Any) -> None:
        self._stand_in, self._session = stand_in, stand_in.sign_in(**given)

    def cursor(self, **_: Any) -> AdbcCursor:
        return AdbcCursor(self._stand_in, self._session)

    def close(self) -> None:
        self._session.close()


def _adbc(package: str) -> Callable[[StandIn], Mapping[str, Any]]:
    def modules(stand_in: StandIn) -> Mapping[str, Any]:
        def connect(**given: Any) -> AdbcConnection:
            return AdbcConnection(stand_in, **given)

        return {package: SimpleNamespace(), f"{package}.dbapi": SimpleNamespace(connect=connect)}

    return modules


class SqlServerCursor:
    def __init__(self, stand_in: StandIn, session: duckdb.DuckDBPyConnection) -> None:
        self._stand_in, self._session = stand_in, session
        self.hstmt = SimpleNamespace(_cancel=session.interrupt)
        self._rows: Any = None

    def execute(self, sql: str) -> None:
        if sql.startswith("SET LOCK_TIMEOUT "):
            self._stand_in.settings.append(sql)
        else:
            self._rows = self._stand_in.run(self._session, sql)

    def arrow_reader(self, batch_size: int) -> Any:
        assert batch_size > 0
        return self._rows

    def close(self) -> None:
        self._rows = None


def _sqlserver(stand_in: StandIn) -> Mapping[str, Any]:
    def connect(connection_string: str, **given: Any) -> Any:
        session = stand_in.sign_in(connection_string=connection_string, **given)
        return SimpleNamespace(cursor=lambda: SqlServerCursor(stand_in, session), close=session.close, timeout=0)

    return {"mssql_python": SimpleNamespace(connect=connect)}


class DatabricksCursor:
    def __init__(self, stand_in: StandIn, session: duckdb.DuckDBPyConnection) -> None:
        self._stand_in, self._session = stand_in, session
        self._rows: Any = None

    def execute(self, sql: str) -> None:
        self._rows = self._stand_in.run(self._session, sql)

    def fetchmany_arrow(self, size: int) -> pa.Table:
        batch = next(self._rows, None)
        assert batch is None or batch.num_rows <= size
        return pa.Table.from_batches([batch] if batch else [], self._rows.schema)

    def cancel(self) -> None:
        self._session.interrupt()

    def close(self) -> None:
        self._rows = None


def _databricks(stand_in: StandIn) -> Mapping[str, Any]:
    def connect(**given: Any) -> Any:
        session = stand_in.sign_in(**given)
        return SimpleNamespace(cursor=lambda: DatabricksCursor(stand_in, session), close=session.close)

    return {"databricks.sql": SimpleNamespace(connect=connect)}


class BigQueryJob:
    """It is made at once and runs when its result is asked for; the client may cancel it all the while."""

    def __init__(self, stand_in: StandIn, session: duckdb.DuckDBPyConnection, sql: str) -> None:
        self._stand_in, self._session, self._sql = stand_in, session, sql

    def result(self, timeout: float) -> Any:
        assert timeout > 0
        found = self._stand_in.run(self._session, self._sql).read_all()
        return SimpleNamespace(
            total_rows=found.num_rows, to_arrow=lambda: found, to_arrow_iterable=lambda: iter(found.to_batches())
        )

    def cancel(self) -> None:
        self._session.interrupt()


def _bigquery(stand_in: StandIn) -> Mapping[str, Any]:
    def client(**given: Any) -> Any:
        session = stand_in.sign_in(**given)
        return SimpleNamespace(query=lambda sql: BigQueryJob(stand_in, session, sql), close=session.close)

    def from_service_account_info(info: Mapping[str, Any], scopes: list[str]) -> Any:
        return SimpleNamespace(info=info, scopes=scopes)

    credentials = SimpleNamespace(from_service_account_info=from_service_account_info)
    return {
        "google.cloud.bigquery": SimpleNamespace(Client=client, QueryJobConfig=SimpleNamespace),
        "google.oauth2.service_account": SimpleNamespace(Credentials=credentials),
    }


_AT_HOST = ConnectionSettings(host="warehouse.test", username="assay", database="shop", ssl_mode=SslMode.VERIFY_FULL)
DRIVERS: Mapping[ConnectionKind, Driver] = {
    ConnectionKind.SNOWFLAKE: Driver(
        make=lambda: StandIn("snowflake", "PUBLIC", "9.35.2", SNOWFLAKE_TYPES),
        modules=_adbc("adbc_driver_snowflake"),
        settings=ConnectionSettings(
            account="ORG-ACCOUNT", database="shop", username="assay", warehouse="SMALL", role="READER"
        ),
        system="Snowflake 9.35.2",
    ),
    ConnectionKind.BIGQUERY: Driver(
        make=lambda: StandIn("bigquery", "sales", "GoogleSQL", BIGQUERY_TYPES),
        modules=_bigquery,
        settings=ConnectionSettings(project="shop", location="EU"),
        system="BigQuery GoogleSQL",
        secret='{"type": "service_account", "private_key": "s3cret-of-the-warehouse"}',
    ),
    ConnectionKind.SQLSERVER: Driver(
        make=lambda: StandIn("tsql", "dbo", "16.0.4165.4", SQLSERVER_TYPES),
        modules=_sqlserver,
        settings=replace(_AT_HOST, port=1433),
        system="SQL Server 16.0",
    ),
    ConnectionKind.TRINO: Driver(
        make=lambda: StandIn("trino", "sales", "476", TRINO_TYPES),
        modules=trino_over,
        settings=ConnectionSettings(
            host="127.0.0.1", port=8080, catalog="shop", username="assay", ssl_mode=SslMode.DISABLE
        ),
        system="Trino 476",
        secret=None,
    ),
    ConnectionKind.DATABRICKS: Driver(
        make=lambda: StandIn("databricks", "sales", "4.0.0", DATABRICKS_TYPES),
        modules=_databricks,
        settings=ConnectionSettings(host="dbc.test", http_path="/sql/1.0/warehouses/1", catalog="shop"),
        system="Databricks 4.0.0",
    ),
    ConnectionKind.REDSHIFT: Driver(
        make=lambda: StandIn("redshift", "public", "PostgreSQL 8.0.2 on Redshift 1.0", REDSHIFT_TYPES),
        modules=_adbc("adbc_driver_postgresql"),
        settings=replace(_AT_HOST, port=5439),
        system="Redshift PostgreSQL 8.0.2",
    ),
}


def stand_in_for(kind: ConnectionKind, patch: pytest.MonkeyPatch) -> StandIn:
    """Takes the place of the engine's driver until `patch` is undone."""
    stand_in = DRIVERS[kind].make()
    for name, module in DRIVERS[kind].modules(stand_in).items():
        patch.setitem(sys.modules, name, module)
    return stand_in
