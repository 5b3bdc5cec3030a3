"""BigQuery, through Google's own client, which reads rows as Arrow from the Storage API."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any

from flows.failures import SourceUnreachable
from flows.sources.base import Coverage, ValueKind
from flows.sources.forms import Form
from flows.sources.warehouses import failures
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

_IN_UTC = "DATETIME(x, 'UTC')"
_TABLES = """
SELECT t.table_name AS relation, t.table_type AS kind, v.view_definition AS definition, s.row_count AS estimated_rows,
       s.size_bytes AS size_bytes
FROM this_database.this_schema.INFORMATION_SCHEMA.TABLES AS t
LEFT JOIN this_database.this_schema.INFORMATION_SCHEMA.VIEWS AS v ON v.table_name = t.table_name
LEFT JOIN this_database.this_schema.`__TABLES__` AS s ON s.table_id = t.table_name
"""
_COLUMNS = """
SELECT c.table_name AS relation, c.column_name AS name, c.ordinal_position AS place, c.is_nullable AS nullable,
       c.column_default AS default_value, c.data_type AS data_type, f.description AS comment
FROM this_database.this_schema.INFORMATION_SCHEMA.COLUMNS AS c
LEFT JOIN this_database.this_schema.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS AS f
    ON f.table_name = c.table_name AND f.field_path = c.column_name
"""
_KEYS = """
SELECT k.table_name AS relation, k.constraint_name AS name, c.constraint_type AS kind, k.column_name AS part,
       k.ordinal_position AS place
FROM this_database.this_schema.INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS k
JOIN this_database.this_schema.INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS c ON c.constraint_name = k.constraint_name
WHERE c.constraint_type = 'PRIMARY KEY'
"""
_FOREIGN_KEYS = """
SELECT own.table_name AS relation, own.constraint_name AS name, own.column_name AS part, own.ordinal_position AS place,
       theirs.table_schema AS parent_schema, theirs.table_name AS parent, theirs.column_name AS parent_part
FROM this_database.this_schema.INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS own
JOIN (SELECT DISTINCT constraint_name, table_schema, table_name
      FROM this_database.this_schema.INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE) AS used
    ON used.constraint_name = own.constraint_name
JOIN this_database.this_schema.INFORMATION_SCHEMA.KEY_COLUMN_USAGE AS theirs
    ON theirs.table_schema = used.table_schema AND theirs.table_name = used.table_name
    AND theirs.ordinal_position = own.position_in_unique_constraint
JOIN this_database.this_schema.INFORMATION_SCHEMA.TABLE_CONSTRAINTS AS c
    ON c.constraint_name = theirs.constraint_name AND c.constraint_type = 'PRIMARY KEY'
WHERE own.position_in_unique_constraint IS NOT NULL
"""
"""Those into another data set are left out: only its own view names that one's key."""


class BigQuerySession:
    def __init__(self, login: Login) -> None:
        bigquery = load_driver("google.cloud.bigquery", "bigquery")
        accounts = load_driver("google.oauth2.service_account", "bigquery")
        settings = login.settings
        self._seconds = login.limits.statement_timeout_seconds
        limits = bigquery.QueryJobConfig(
            labels={"application": "assay"}, job_timeout_ms=math.ceil(self._seconds * 1000), use_legacy_sql=False
        )
        self._client = bigquery.Client(
            project=settings.project,
            credentials=accounts.Credentials.from_service_account_info(
                _key(login), scopes=["https://www.googleapis.com/auth/bigquery"]
            ),
            location=settings.location or None,
            default_query_job_config=limits,
        )
        self._job: Any = None  # the client's; it comes without types that are known here

    def rows(self, sql: str) -> Batches:
        self._job = self._client.query(sql)
        return _stream(self._job.result(timeout=self._seconds))

    def cancel(self) -> None:
        if self._job is not None:
            with suppress(Exception):  # it may have ended
                self._job.cancel()

    def close(self) -> None:
        self._client.close()


def _key(login: Login) -> dict[str, Any]:  # as Google writes it
    try:
        key = json.loads(login.secret or "")
    except ValueError:
        key = None
    if not isinstance(key, dict) or "private_key" not in key:
        raise SourceUnreachable(
            f"{login.settings.address} cannot be reached: the secret is not the key of a service account, as JSON."
        )
    return key


def _stream(found: Any) -> Batches:  # noqa: ANN401 - as above
    """A result without rows has a schema only as a table."""
    arrow = load_driver("pyarrow", "bigquery")
    if not found.total_rows:
        return found.to_arrow().to_reader()
    batches: Iterator[Any] = iter(found.to_arrow_iterable())
    first = next(batches)
    return arrow.RecordBatchReader.from_batches(first.schema, chain([first], batches))


def connect(login: Login) -> Session:
    return BigQuerySession(login)


BIGQUERY = Warehouse(
    label="BigQuery",
    dialect="bigquery",
    connect=connect,
    catalogue=Catalogue(
        version="SELECT 'GoogleSQL' AS version",
        schemas="SELECT schema_name AS name FROM this_database.INFORMATION_SCHEMA.SCHEMATA",
        tables=_TABLES,
        columns=_COLUMNS,
        keys=(Question(_KEYS),),
        foreign_keys=(Question(_FOREIGN_KEYS),),
        system_schemas=frozenset({"information_schema"}),
    ),
    spelling=Spelling(instant_in_utc=_IN_UTC, nan_equals_itself=False),
    types=dict(
        [
            *same("int64", Form.NUMBER, ValueKind.NUMBER),
            *same("numeric, bignumeric", Form.NUMBER, ValueKind.NUMBER, "CAST(x AS STRING)"),
            *same("float64", Form.FLOAT, ValueKind.NUMBER),
            *same("string", Form.OTHER, ValueKind.TEXT),
            *same("bool", Form.BOOLEAN, ValueKind.BOOLEAN),
            *same("date", Form.DATE, ValueKind.MOMENT),
            *same("datetime", Form.TIMESTAMP, ValueKind.MOMENT),
            *same("timestamp", Form.INSTANT, ValueKind.MOMENT, _IN_UTC),
            *same("bytes", Form.OTHER, ValueKind.OTHER, "CONCAT('sha256:', TO_HEX(SHA256(x)))"),
            *same("geography", Form.OTHER, ValueKind.OTHER, "ST_ASTEXT(x)"),
            *same("array, struct, json, range", Form.OTHER, ValueKind.OTHER, "TO_JSON_STRING(x)"),
        ]
    ),
    unknown=Type(Form.OTHER, ValueKind.OTHER, "CAST(x AS STRING)"),
    sampling=Sampling("TABLESAMPLE SYSTEM ({percent} PERCENT)", Coverage.BLOCKS, is_repeatable=False),
    unreachable={
        "invalid_grant": "the key of the service account is not valid any more",
        "could not deserialize key": "the private key in the secret cannot be read",
        "access denied": failures.DENIED,
        "not found: project": "there is no such project",
        "has not enabled bigquery": "the project has no BigQuery",
    },
    failing={
        "access denied": failures.DENIED,
        "does not have bigquery": failures.DENIED,
        "not found": failures.GONE,
        "quota exceeded": "a quota of the project is used up",
        "job timed out": failures.ENDED,
        "job execution was cancelled": failures.ENDED,
        "timeout": failures.ENDED,
    },
)
