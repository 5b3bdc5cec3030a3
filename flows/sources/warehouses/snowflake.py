"""Snowflake, through its ADBC driver."""

from __future__ import annotations

import math
from collections.abc import Mapping

from flows.sources.base import Coverage, ValueKind
from flows.sources.forms import Form
from flows.sources.warehouses import failures
from flows.sources.warehouses.adbc import AdbcSession
from flows.sources.warehouses.catalogue import SIZED, columns_in, schemas_in, tables_in
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

_OPTION = "adbc.snowflake.sql."
_CLIENT = f"{_OPTION}client_option."
_HERE = "this_database.information_schema"
_IN_UTC = "CAST(CONVERT_TIMEZONE('UTC', x) AS TIMESTAMP_NTZ)"
_PEM = "-----BEGIN"
_SHOWN = {"table_name": "relation", "constraint_name": "name", "column_name": "part", "key_sequence": "place"}
_SHOWN_REFERENCES = {
    "fk_table_name": "relation",
    "fk_name": "name",
    "fk_column_name": "part",
    "key_sequence": "place",
    "pk_schema_name": "parent_schema",
    "pk_table_name": "parent",
    "pk_column_name": "parent_part",
}


def connect(login: Login) -> Session:
    arguments = {"db_kwargs": {**_address(login), **_identity(login)}}
    return AdbcSession("adbc_driver_snowflake.dbapi", "snowflake", arguments, [session_setup(login)])


def session_setup(login: Login) -> str:
    """Snowflake has no read-only sessions; the role should hold SELECT alone."""
    seconds = math.ceil(login.limits.statement_timeout_seconds)
    lock_seconds = math.ceil(login.limits.lock_timeout_seconds)
    return (
        f"ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {seconds}, LOCK_TIMEOUT = {lock_seconds}, "
        "TIMEZONE = 'UTC', QUERY_TAG = 'assay', TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_NTZ', "
        "QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE"
    )


def _address(login: Login) -> Mapping[str, str]:
    settings, seconds = login.settings, f"{login.limits.connect_timeout_seconds:g}s"
    given = {
        f"{_OPTION}account": settings.account,
        f"{_OPTION}db": settings.database,
        f"{_OPTION}warehouse": settings.warehouse,
        f"{_OPTION}role": settings.role,
        f"{_CLIENT}login_timeout": seconds,
        f"{_CLIENT}app_name": "assay",
        f"{_CLIENT}disable_telemetry": "true",
        f"{_CLIENT}max_timestamp_precision": "microseconds",
    }
    return {name: value for name, value in given.items() if value}


def _identity(login: Login) -> Mapping[str, str]:
    """A secret in PEM form is a private key; any other is a password or a programmatic access token in its place."""
    user, secret = {"username": login.settings.username}, login.secret or ""
    if not secret.startswith(_PEM):
        return {**user, "password": secret}
    return {
        **user,
        f"{_OPTION}auth_type": "auth_jwt",
        f"{_CLIENT}jwt_private_key_pkcs8_value": secret,
    }


SNOWFLAKE = Warehouse(
    label="Snowflake",
    dialect="snowflake",
    connect=connect,
    catalogue=Catalogue(
        version="SELECT CURRENT_VERSION() AS version",
        schemas=schemas_in(_HERE),
        tables=tables_in(
            _HERE, "t.comment AS comment, t.row_count AS estimated_rows, t.bytes AS size_bytes"
        ),
        columns=columns_in(_HERE, f"{SIZED}, c.comment AS comment"),
        keys=(
            Question("SHOW PRIMARY KEYS IN SCHEMA this_database.this_schema", _SHOWN, {"kind": "PRIMARY KEY"}),
            Question("SHOW UNIQUE KEYS IN SCHEMA this_database.this_schema", _SHOWN, {"kind": "UNIQUE"}),
        ),
        foreign_keys=(Question("SHOW IMPORTED KEYS IN SCHEMA this_database.this_schema", _SHOWN_REFERENCES),),
        system_schemas=frozenset({"information_schema"}),
        case_of_names=str.upper,
    ),
    spelling=Spelling(instant_in_utc=_IN_UTC),
    types=dict(
        [
            *same("number, decimal, numeric", Form.NUMBER, ValueKind.NUMBER),
            *same("float, double, real", Form.FLOAT, ValueKind.NUMBER),
            *same("decfloat", Form.FLOAT, ValueKind.NUMBER, "CAST(x AS VARCHAR)"),
            *same("text, varchar, char, string", Form.OTHER, ValueKind.TEXT),
            *same("boolean", Form.BOOLEAN, ValueKind.BOOLEAN),
            *same("date", Form.DATE, ValueKind.MOMENT),
            *same("timestamp_ntz, datetime", Form.TIMESTAMP, ValueKind.MOMENT),
            *same("timestamp_ltz, timestamp_tz", Form.INSTANT, ValueKind.MOMENT, _IN_UTC),
            *same("binary, varbinary", Form.OTHER, ValueKind.OTHER, "'sha256:' || SHA2(x, 256)"),
            *same("variant, object, array, map, vector", Form.OTHER, ValueKind.OTHER, "TO_JSON(TO_VARIANT(x))"),
            *same("geography, geometry", Form.OTHER, ValueKind.OTHER, "ST_ASWKT(x)"),
        ]
    ),
    unknown=Type(Form.OTHER, ValueKind.OTHER, "CAST(x AS VARCHAR)"),
    sampling=Sampling("SAMPLE SYSTEM ({percent}) SEED ({seed})", Coverage.BLOCKS, is_repeatable=True),
    unreachable={
        "incorrect username or password": failures.WRONG_LOGIN,
        "jwt token is invalid": failures.WRONG_LOGIN,
        "programmatic access token is invalid": failures.WRONG_LOGIN,
        "390100": failures.WRONG_LOGIN,
        "390144": failures.WRONG_LOGIN,
        "390201": "there is no such warehouse, role or database, or the user may not use it",
        "390189": "there is no such role, or the user may not use it",
        "multi-factor": "the account wants a second factor; use a key or a programmatic access token as the secret",
        "260008": "there is no such account",
        "404": "there is no such account",
    },
    failing={
        "does not exist or not authorized": failures.GONE,
        "insufficient privileges": failures.DENIED,
        "no active warehouse": "the session has no warehouse; name one in the connection's settings",
        "statement reached its statement or warehouse timeout": failures.ENDED,
        "sql execution canceled": failures.ENDED,
        "cannot be sampled": "it cannot be sampled",
    },
    lost=("390114", "390112", "session no longer exists"),
)  # fmt: skip
