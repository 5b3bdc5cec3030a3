"""SQL Server and Azure SQL, through Microsoft's own driver, which gives Arrow."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

from domain.connections.model import SslMode
from flows.sources.base import Coverage, ValueKind
from flows.sources.forms import Form
from flows.sources.warehouses import failures
from flows.sources.warehouses.catalogue import SIZED, columns_in, keys_in, schemas_in, tables_in
from flows.sources.warehouses.drivers import load_driver
from flows.sources.warehouses.warehouse import (
    Batches,
    Catalogue,
    Login,
    Question,
    Sampling,
    Session,
    Spelling,
    Type,
    Warehouse,
    same,
)

_HERE = "this_database.information_schema"
_IN_UTC = "CAST(SWITCHOFFSET(x, '+00:00') AS DATETIME2(6))"
_ROWS_AT_ONCE = 8_192
_COUNTS = """
LEFT JOIN (
    SELECT s.[name] AS owner, o.[name] AS named, SUM(p.[rows]) AS counted FROM [sys].[objects] AS o
    JOIN [sys].[schemas] AS s ON s.[schema_id] = o.[schema_id]
    JOIN [sys].[partitions] AS p ON p.[object_id] = o.[object_id] AND p.[index_id] IN (0, 1)
    GROUP BY s.[name], o.[name]
) AS r ON r.owner = t.table_schema AND r.named = t.table_name
"""
_FOREIGN_KEYS = """
SELECT own.[name] AS relation, f.[name] AS name, part.[name] AS part, k.[constraint_column_id] AS place,
       their_schema.[name] AS parent_schema, theirs.[name] AS parent, their_part.[name] AS parent_part
FROM [sys].[foreign_key_columns] AS k
JOIN [sys].[objects] AS f ON f.[object_id] = k.[constraint_object_id]
JOIN [sys].[objects] AS own ON own.[object_id] = k.[parent_object_id]
JOIN [sys].[schemas] AS own_schema ON own_schema.[schema_id] = own.[schema_id]
JOIN [sys].[columns] AS part ON part.[object_id] = k.[parent_object_id] AND part.[column_id] = k.[parent_column_id]
JOIN [sys].[objects] AS theirs ON theirs.[object_id] = k.[referenced_object_id]
JOIN [sys].[schemas] AS their_schema ON their_schema.[schema_id] = theirs.[schema_id]
JOIN [sys].[columns] AS their_part ON their_part.[object_id] = k.[referenced_object_id]
    AND their_part.[column_id] = k.[referenced_column_id]
WHERE own_schema.[name] = :schema
"""
_SYSTEM = (
    "information_schema, sys, guest, db_owner, db_accessadmin, db_securityadmin, db_ddladmin, db_backupoperator, "
    "db_datareader, db_datawriter, db_denydatareader, db_denydatawriter"
)


class SqlServerSession:
    def __init__(self, login: Login) -> None:
        driver = load_driver("mssql_python", "sqlserver")
        limits = login.limits
        self._connection = driver.connect(
            connection_string(login), autocommit=True, timeout=math.ceil(limits.connect_timeout_seconds)
        )
        self._connection.timeout = math.ceil(limits.statement_timeout_seconds)
        self._cursor = self._connection.cursor()
        self._cursor.execute(f"SET LOCK_TIMEOUT {math.ceil(limits.lock_timeout_seconds * 1000)}")

    def rows(self, sql: str) -> Batches:
        self._cursor.close()
        self._cursor = self._connection.cursor()
        self._cursor.execute(sql)
        reader = load_driver("pyarrow", "sqlserver").RecordBatchReader
        return reader.from_stream(self._cursor.arrow_reader(_ROWS_AT_ONCE))

    def cancel(self) -> None:
        """The driver cancels only readings in public; before the first row, by what it does itself then."""
        statement: Any = getattr(self._cursor, "hstmt", None)
        if statement is not None:
            with suppress(Exception):  # nothing is running just now
                statement._cancel()  # noqa: SLF001 - as the docstring says

    def close(self) -> None:
        self._connection.close()


def connection_string(login: Login) -> str:
    """Values stand in braces, so that none can be read as another setting."""
    settings = login.settings
    trusts_any = settings.ssl_mode in {SslMode.PREFER, SslMode.REQUIRE}
    given = {
        "Server": f"{settings.host},{settings.port}",
        "Database": settings.database,
        "UID": settings.username,
        "PWD": login.secret or "",
        "Encrypt": "no" if settings.ssl_mode is SslMode.DISABLE else "yes",
        "TrustServerCertificate": "yes" if trusts_any else "no",
        "ApplicationIntent": "ReadOnly",
    }
    return ";".join(f"{name}={{{value.replace('}', '}}')}}}" for name, value in given.items())


def connect(login: Login) -> Session:
    return SqlServerSession(login)


SQLSERVER = Warehouse(
    label="SQL Server",
    dialect="tsql",
    connect=connect,
    catalogue=Catalogue(
        version="SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(128)) AS version",
        schemas=schemas_in(_HERE),
        tables=tables_in(_HERE, "r.counted AS estimated_rows", _COUNTS),
        columns=columns_in(_HERE, SIZED),
        keys=(keys_in(_HERE),),
        foreign_keys=(Question(_FOREIGN_KEYS),),
        system_schemas=frozenset(_SYSTEM.split(", ")),
        case_of_names=str.upper,
    ),
    spelling=Spelling(
        instant_in_utc=_IN_UTC,
        has_regular_expressions=False,
        has_booleans=False,
        has_nan=False,
        pads_texts=True,
        collation="Latin1_General_100_BIN2",
    ),
    types=dict(
        [
            *same("tinyint, smallint, int, bigint, decimal, numeric", Form.NUMBER, ValueKind.NUMBER),
            *same("money, smallmoney", Form.NUMBER, ValueKind.NUMBER, "CAST(x AS DECIMAL(19, 4))"),
            *same("float, real", Form.FLOAT, ValueKind.NUMBER),
            *same("char, varchar, nchar, nvarchar, text, ntext, sysname", Form.OTHER, ValueKind.TEXT),
            *same("bit", Form.BOOLEAN, ValueKind.BOOLEAN),
            *same("date", Form.DATE, ValueKind.MOMENT),
            *same("datetime, datetime2, smalldatetime", Form.TIMESTAMP, ValueKind.MOMENT, "CAST(x AS DATETIME2(6))"),
            *same("datetimeoffset", Form.INSTANT, ValueKind.MOMENT, _IN_UTC),
            *same(
                "binary, varbinary, image, timestamp, rowversion", Form.OTHER, ValueKind.OTHER,
                "'sha256:' + LOWER(CONVERT(VARCHAR(64), HASHBYTES('SHA2_256', CAST(x AS VARBINARY(MAX))), 2))",
            ),
        ]
    ),
    unknown=Type(Form.OTHER, ValueKind.OTHER, "CAST(x AS NVARCHAR(MAX))"),
    sampling=Sampling(
        "TABLESAMPLE SYSTEM ({percent} PERCENT) REPEATABLE ({seed})", Coverage.BLOCKS, is_repeatable=True
    ),
    unreachable={
        "failed to load the driver": "mssql-python lacks libraries of the system; its documentation names them",
        "login failed": failures.WRONG_LOGIN,
        "cannot open database": "there is no such database, or the user may not use it",
        "login timeout": failures.NO_ANSWER,
        "server is not found": failures.REFUSED,
        "network-related": failures.REFUSED,
        "ssl provider": "TLS could not be set up; check ssl_mode and the certificate",
    },
    failing={
        "permission was denied": failures.DENIED,
        "invalid object name": failures.GONE,
        "invalid column name": "a column does not exist",
        "lock request time out": "a lock was not free within source.lock_timeout_seconds",
        "query timeout": failures.ENDED,
        "operation cancel": failures.ENDED,
        "tablesample": "it cannot be sampled",
    },
)  # fmt: skip
