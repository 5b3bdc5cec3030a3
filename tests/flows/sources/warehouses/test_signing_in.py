"""With what the drivers are called, and what is said when nobody is let in."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from domain.connections.model import ConnectionKind, ConnectionSettings, SslMode
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable
from flows.sources.registry import OPENERS
from flows.sources.warehouses import drivers
from flows.sources.warehouses.engines import WAREHOUSES
from flows.sources.warehouses.sqlserver import connection_string
from flows.sources.warehouses.warehouse import Login
from tests.flows.sources.engines import InWarehouse, opened
from tests.flows.sources.warehouses.drivers import DRIVERS, SECRET

EngineOf = Callable[[ConnectionKind], InWarehouse]
REFUSALS = [
    (ConnectionKind.SNOWFLAKE, "390100 (08004): Incorrect username or password was specified."),
    (ConnectionKind.SQLSERVER, "[28000] Login failed for user 'assay'."),
    (ConnectionKind.DATABRICKS, "Error during request to server: Invalid access token."),
    (ConnectionKind.REDSHIFT, "FATAL: password authentication failed for user"),
]


@pytest.mark.parametrize(("kind", "said"), REFUSALS)
async def test_a_wrong_secret_is_told_without_it(engine_of: EngineOf, kind: ConnectionKind, said: str) -> None:
    engine = engine_of(kind)
    engine.stand_in.refusal = RuntimeError(f"{said} {SECRET}")

    with pytest.raises(SourceUnreachable, match="cannot be reached: the user name or the password is wrong") as caught:
        async with opened(engine):
            raise AssertionError("it cannot open")

    assert SECRET not in caught.value.message


async def test_trino_says_that_nobody_is_let_in(engine_of: EngineOf) -> None:
    engine = engine_of(ConnectionKind.TRINO)
    engine.stand_in.refusal = RuntimeError("as its server answers: 401")

    with pytest.raises(SourceUnreachable, match="cannot be reached: the user name or the password is wrong"):
        async with opened(engine):
            raise AssertionError("it cannot open")


async def test_a_secret_is_not_sent_to_trino_in_the_clear() -> None:
    settings = DRIVERS[ConnectionKind.TRINO].settings

    with pytest.raises(SourceUnreachable, match="a secret is sent over TLS alone"):
        await OPENERS[ConnectionKind.TRINO](settings, SECRET, SourceSettings())


async def test_what_is_no_key_of_a_service_account_is_refused(engine_of: EngineOf) -> None:
    engine_of(ConnectionKind.BIGQUERY)

    with pytest.raises(SourceUnreachable, match="the secret is not the key of a service account, as JSON") as caught:
        await OPENERS[ConnectionKind.BIGQUERY](ConnectionSettings(project="shop"), SECRET, SourceSettings())

    assert SECRET not in caught.value.message


@pytest.mark.parametrize("kind", WAREHOUSES)
async def test_a_driver_that_is_missing_is_named_with_its_extra(
    kind: ConnectionKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_driver(module: str) -> ModuleType:
        raise ModuleNotFoundError(module)

    monkeypatch.setattr(drivers, "import_module", no_driver)
    settings = DRIVERS[kind].settings

    with pytest.raises(SourceUnreachable, match=rf"pip install 'assay\[{kind.lower()}\]'"):
        await OPENERS[kind](settings, None, SourceSettings())


async def test_snowflake_is_given_its_settings_and_bounds_the_session(engine_of: EngineOf) -> None:
    engine = engine_of(ConnectionKind.SNOWFLAKE)

    async with opened(engine, statement_timeout_seconds=7, connect_timeout_seconds=3, lock_timeout_seconds=2):
        (given,) = engine.stand_in.given

    assert given["db_kwargs"] == {
        "username": "assay",
        "password": SECRET,
        "adbc.snowflake.sql.account": "ORG-ACCOUNT",
        "adbc.snowflake.sql.db": "shop",
        "adbc.snowflake.sql.warehouse": "SMALL",
        "adbc.snowflake.sql.role": "READER",
        "adbc.snowflake.sql.client_option.login_timeout": "3s",
        "adbc.snowflake.sql.client_option.app_name": "assay",
        "adbc.snowflake.sql.client_option.disable_telemetry": "true",
        "adbc.snowflake.sql.client_option.max_timestamp_precision": "microseconds",
    }
    (setup,) = engine.stand_in.settings
    assert setup == (
        "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 7, LOCK_TIMEOUT = 2, TIMEZONE = 'UTC', QUERY_TAG = 'assay', "
        "TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_NTZ', QUOTED_IDENTIFIERS_IGNORE_CASE = FALSE"
    )


async def test_bigquery_jobs_are_labelled_and_end_in_time(engine_of: EngineOf) -> None:
    engine = engine_of(ConnectionKind.BIGQUERY)

    async with opened(engine, statement_timeout_seconds=7):
        (given,) = engine.stand_in.given

    limits = given["default_query_job_config"]
    assert (given["project"], given["location"]) == ("shop", "EU")
    assert (limits.labels, limits.job_timeout_ms, limits.use_legacy_sql) == ({"application": "assay"}, 7_000, False)


async def test_databricks_bounds_the_session(engine_of: EngineOf) -> None:
    engine = engine_of(ConnectionKind.DATABRICKS)

    async with opened(engine, statement_timeout_seconds=7):
        (given,) = engine.stand_in.given

    assert given["session_configuration"] == {"STATEMENT_TIMEOUT": "7", "TIMEZONE": "UTC", "ANSI_MODE": "true"}
    assert (given["http_path"], given["access_token"], given["catalog"]) == ("/sql/1.0/warehouses/1", SECRET, "shop")


async def test_the_client_of_trino_tells_the_server_its_bounds(engine_of: EngineOf) -> None:
    engine = engine_of(ConnectionKind.TRINO)

    async with opened(engine, statement_timeout_seconds=7):
        headers = engine.stand_in.given[0]

    assert headers["x-trino-session"] == "query_max_run_time=7s"
    assert [headers[f"x-trino-{name}"] for name in ("user", "source", "catalog", "time-zone")] == [
        *("assay", "assay", "shop", "UTC")
    ]


@pytest.mark.parametrize(
    ("mode", "encryption"),
    [
        (SslMode.DISABLE, "Encrypt={no};TrustServerCertificate={no}"),
        (SslMode.PREFER, "Encrypt={yes};TrustServerCertificate={yes}"),
        (SslMode.VERIFY_FULL, "Encrypt={yes};TrustServerCertificate={no}"),
    ],
)
def test_no_value_can_be_read_as_another_setting_of_sql_server(mode: SslMode, encryption: str) -> None:
    settings = replace(DRIVERS[ConnectionKind.SQLSERVER].settings, ssl_mode=mode, database="a};UID={sa")

    written = connection_string(Login(settings, "p}w;d", SourceSettings()))

    assert written == (
        "Server={warehouse.test,1433};Database={a}};UID={sa};UID={assay};PWD={p}}w;d};"
        f"{encryption};ApplicationIntent={{ReadOnly}}"
    )


def test_a_login_does_not_show_its_secret() -> None:
    login = Login(DRIVERS[ConnectionKind.SNOWFLAKE].settings, SECRET, SourceSettings())

    assert repr(login) == "Login(ORG-ACCOUNT/shop)"
