"""Amazon Redshift, through the ADBC driver for PostgreSQL, whose protocol it speaks."""

from __future__ import annotations

import math
from urllib.parse import quote, urlencode

from flows.sources.base import Coverage, ValueKind
from flows.sources.forms import Form
from flows.sources.warehouses import failures
from flows.sources.warehouses.adbc import AdbcSession
from flows.sources.warehouses.catalogue import SIZED, columns_in, keys_in, schemas_in, tables_in
from flows.sources.warehouses.warehouse import (
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

_HERE = "information_schema"
_IN_UTC = "x AT TIME ZONE 'UTC'"
_NO_COPY = {"adbc.postgresql.use_copy": "false"}
"""Redshift cannot COPY to the client."""
_ESTIMATES = """
LEFT JOIN (
    SELECT n.nspname AS owner, k.relname AS named, k.reltuples AS counted FROM pg_catalog.pg_class AS k
    JOIN pg_catalog.pg_namespace AS n ON n.oid = k.relnamespace
) AS r ON r.owner = t.table_schema AND r.named = t.table_name
"""
_FOREIGN_KEYS = """
SELECT own.table_name AS relation, own.constraint_name AS name, own.column_name AS part, own.ordinal_position AS place,
       theirs.table_schema AS parent_schema, theirs.table_name AS parent, theirs.column_name AS parent_part
FROM information_schema.referential_constraints AS r
JOIN information_schema.key_column_usage AS own ON own.constraint_schema = r.constraint_schema
    AND own.constraint_name = r.constraint_name
JOIN information_schema.key_column_usage AS theirs ON theirs.constraint_schema = r.unique_constraint_schema
    AND theirs.constraint_name = r.unique_constraint_name
LEFT JOIN information_schema.key_column_usage AS further ON further.constraint_schema = r.constraint_schema
    AND further.constraint_name = r.constraint_name AND further.ordinal_position > 1
WHERE own.table_schema = :schema AND further.column_name IS NULL
"""
"""Those of one column: of more, Redshift does not say which belong together."""


def connect(login: Login) -> Session:
    milliseconds = math.ceil(login.limits.statement_timeout_seconds * 1000)
    setup = [f"SET statement_timeout TO {milliseconds}", "SET timezone TO 'UTC'"]
    return AdbcSession("adbc_driver_postgresql.dbapi", "redshift", {"uri": _uri(login)}, setup, _NO_COPY)


def _uri(login: Login) -> str:
    """`user:secret@host:port/database`, each part quoted."""
    settings = login.settings
    options = urlencode(
        {
            "sslmode": settings.ssl_mode.value,
            "connect_timeout": math.ceil(login.limits.connect_timeout_seconds),
            "application_name": "assay",
        }
    )
    who = f"{quote(settings.username, safe='')}:{quote(login.secret or '', safe='')}"
    where = f"{quote(settings.host, safe=':')}:{settings.port}/{quote(settings.database, safe='')}"
    return f"postgresql://{who}@{where}?{options}"


REDSHIFT = Warehouse(
    label="Redshift",
    dialect="redshift",
    connect=connect,
    catalogue=Catalogue(
        version="SELECT VERSION() AS version",
        schemas=schemas_in(_HERE),
        tables=tables_in(_HERE, "r.counted AS estimated_rows", _ESTIMATES),
        columns=columns_in(_HERE, SIZED),
        keys=(keys_in(_HERE),),
        foreign_keys=(Question(_FOREIGN_KEYS),),
        system_schemas=frozenset({"information_schema", "pg_catalog", "pg_internal", "pg_toast", "pg_automv"}),
    ),
    spelling=Spelling(instant_in_utc=_IN_UTC),
    types=dict(
        [
            *same("smallint, integer, bigint", Form.NUMBER, ValueKind.NUMBER),
            *same("numeric, decimal", Form.NUMBER, ValueKind.NUMBER, "CAST(x AS VARCHAR)"),
            *same("real, double precision", Form.FLOAT, ValueKind.NUMBER),
            *same("character varying, character, text, bpchar", Form.OTHER, ValueKind.TEXT),
            *same("boolean", Form.BOOLEAN, ValueKind.BOOLEAN),
            *same("date", Form.DATE, ValueKind.MOMENT),
            *same("timestamp without time zone", Form.TIMESTAMP, ValueKind.MOMENT),
            *same("timestamp with time zone", Form.INSTANT, ValueKind.MOMENT, _IN_UTC),
            *same("varbyte, binary varying", Form.OTHER, ValueKind.OTHER, "'sha256:' || SHA2(x, 256)"),
            *same("super", Form.OTHER, ValueKind.OTHER, "JSON_SERIALIZE(x)"),
            *same("geometry, geography", Form.OTHER, ValueKind.OTHER, "ST_ASTEXT(x)"),
        ]
    ),
    unknown=Type(Form.OTHER, ValueKind.OTHER, "CAST(x AS VARCHAR)"),
    sampling=Sampling("RANDOM() < {percent} / 100.0", Coverage.ROWS, is_repeatable=False, is_condition=True),
    unreachable={
        "password authentication failed": failures.WRONG_LOGIN,
        "no password supplied": failures.WRONG_LOGIN,
        "does not exist": "there is no such database",
        "permission denied for database": failures.DENIED,
        "does not support ssl": "TLS could not be set up; check ssl_mode and the certificate",
        "ssl error": "TLS could not be set up; check ssl_mode and the certificate",
    },
    failing={
        "permission denied": failures.DENIED,
        "does not exist": failures.GONE,
        "statement timeout": failures.ENDED,
        "canceling statement": failures.ENDED,
        "cancelled on user's request": failures.ENDED,
    },
)
