"""The drivers' interfaces over stand-ins, as far as Assay uses them, and the settings with which each is reached."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Self

import duckdb
import pytest

from domain.connections.model import ConnectionKind, ConnectionSettings
from tests.flows.sources.warehouses.stand_in import StandIn

SECRET = "s3cret-of-the-warehouse"


@dataclass(frozen=True)
class Driver:
    make: Callable[[], StandIn]
    modules: Callable[[StandIn], Mapping[str, Any]]
    settings: ConnectionSettings
    system: str


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


DRIVERS: Mapping[ConnectionKind, Driver] = {
    ConnectionKind.SNOWFLAKE: Driver(
        make=lambda: StandIn(
            "snowflake",
            "PUBLIC",
            "9.35.2",
            {
                "INTEGER": "NUMBER",
                "BIGINT": "NUMBER",
                "VARCHAR": "TEXT",
                "DECIMAL": "NUMBER",
                "TIMESTAMP": "TIMESTAMP_NTZ",
            },
        ),
        modules=_adbc("adbc_driver_snowflake"),
        settings=ConnectionSettings(
            account="ORG-ACCOUNT", database="shop", username="assay", warehouse="SMALL", role="READER"
        ),
        system="Snowflake 9.35.2",
    ),
}


def stand_in_for(kind: ConnectionKind, patch: pytest.MonkeyPatch) -> StandIn:
    """Takes the place of the engine's driver until `patch` is undone."""
    stand_in = DRIVERS[kind].make()
    for name, module in DRIVERS[kind].modules(stand_in).items():
        patch.setitem(sys.modules, name, module)
    return stand_in
