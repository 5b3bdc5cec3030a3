import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from domain.connections.model import SslMode
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable, TableFailed
from flows.sources.base import Source
from flows.sources.dialect import quote_table
from flows.sources.mysql import open_mysql
from tests.fixtures.mariadb import OWNER, MariaDbServer, throwaway_mariadb
from tests.flows.sources.engines import MariaDb, opened
from tests.flows.sources.source_database import until
from tests.flows.sources.unreachable import unreachable

pytestmark = pytest.mark.engine_mariadb

READER = "quiet_reader"
READER_PASSWORD = "r3ader's \"\\ secret"
SLOW = "SELECT v + SLEEP(60) AS v FROM t"
"""What a view asks that waits in the server before its first row."""


@pytest.fixture
def shop(mariadb: MariaDbServer) -> MariaDb:
    engine = MariaDb(mariadb)
    engine.run("CREATE TABLE t AS SELECT 1 AS v", f"DROP USER IF EXISTS {READER}")
    with mariadb.connection() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER %s IDENTIFIED BY %s", (READER, READER_PASSWORD))
    return engine


@asynccontextmanager
async def opened_by_reader(engine: MariaDb, **changed: Any) -> AsyncIterator[Source]:
    settings = replace(await engine.settings(), username=READER, **changed)
    source = await open_mysql(settings, READER_PASSWORD, SourceSettings())
    try:
        yield source
    finally:
        await source.close()


def running(engine: MariaDb) -> list[str]:
    """Statements of the product that wait in the server right now."""
    rows = engine.run("SELECT INFO FROM information_schema.PROCESSLIST WHERE INFO LIKE '%/* assay %'")
    return [info for (info,) in rows if "PROCESSLIST" not in info]


def is_running(engine: MariaDb, statements: int) -> Callable[[], Any]:
    async def counted() -> bool:
        return len(await asyncio.to_thread(running, engine)) == statements

    return counted


@pytest.mark.parametrize(("changed", "cause"), unreachable(READER))
async def test_unreachable_source_is_named_with_its_cause(shop: MariaDb, changed: dict[str, Any], cause: str) -> None:
    settings = replace(await shop.settings(), **changed)
    password = shop.password() if "database" in changed else "wr0ng pa55word"

    with pytest.raises(SourceUnreachable) as caught:
        await open_mysql(settings, password, SourceSettings(connect_timeout_seconds=5))

    assert caught.value.message == f"{settings.address} cannot be reached: {cause}."
    assert caught.value.__cause__ is None


async def test_server_that_never_answers_is_given_up_in_time(shop: MariaDb) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = replace(await shop.settings(), port=silent.getsockname()[1])

        with pytest.raises(SourceUnreachable, match=r"no answer within source[.]connect_timeout_seconds"):
            await open_mysql(settings, "x", SourceSettings(connect_timeout_seconds=1))


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("DROP TABLE t", "does not exist"),
        (f"REVOKE SELECT ON shop.t FROM {READER}", "cannot be read: permission denied"),
    ],
)
async def test_table_lost_between_plan_and_copy_fails_alone(shop: MariaDb, change: str, cause: str) -> None:
    shop.run("CREATE TABLE other AS SELECT 2 AS v", f"GRANT SELECT ON shop.t TO {READER}")
    shop.run(f"GRANT SELECT ON shop.other TO {READER}", f"GRANT CREATE ON shop.* TO {READER}")

    async with opened_by_reader(shop) as source:
        table, other = [await source.describe_table(shop.schema.child(name)) for name in ("t", "other")]
        shop.run(change)
        with duckdb.connect() as engine:
            with pytest.raises(TableFailed) as caught:
                await source.copy_into(engine, "copied", table, None)
            copied = await source.copy_into(engine, "copied", other, None)

    assert cause in caught.value.message
    assert "shop.t" in caught.value.message
    assert READER_PASSWORD not in repr(caught.value)
    assert copied.rows == 1


async def test_a_table_that_the_user_may_not_read_is_not_described(shop: MariaDb) -> None:
    shop.run("CREATE TABLE other (v int, hidden int)", f"GRANT SELECT (v) ON shop.other TO {READER}")

    async with opened_by_reader(shop) as source:
        found = await source.describe_schema(shop.schema)

    assert [(table.fqn.name, [column.name for column in table.columns]) for table in found.tables] == [("other", ["v"])]


async def test_a_reader_without_other_rights_is_told_the_keys(shop: MariaDb) -> None:
    shop.run(
        "CREATE TABLE parent (id int PRIMARY KEY)",
        "CREATE TABLE child (id int UNIQUE, CONSTRAINT fk FOREIGN KEY (id) REFERENCES parent (id))",
        f"GRANT SELECT ON shop.* TO {READER}",
    )

    async with opened_by_reader(shop) as source:
        child = await source.describe_table(shop.schema.child("child"))

    assert (child.unique_keys, [key.name for key in child.foreign_keys]) == ((("id",),), ["fk"])


async def test_a_view_cannot_write(shop: MariaDb) -> None:
    shop.run(
        "CREATE FUNCTION writing() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO t VALUES (2); RETURN 1; END",
        "CREATE VIEW sly AS SELECT writing() AS v",
    )

    async with opened(shop) as source:
        with pytest.raises(TableFailed, match="tried to write in a read-only session"):
            await source.fetch(f"SELECT count(v) AS n FROM {quote_table(shop.schema.child('sly'))}")

    assert shop.run("SELECT count(*) FROM t") == [(1,)]


async def test_statement_over_its_time_ends_in_the_server(shop: MariaDb) -> None:
    shop.run(f"CREATE VIEW slow AS {SLOW}")

    async with opened(shop, statement_timeout_seconds=4) as source:
        with pytest.raises(TableFailed, match=r"longer than source[.]statement_timeout_seconds [(]4[)] allows"):
            await source.fetch(f"SELECT count(v) AS n FROM {quote_table(shop.schema.child('slow'))}")

        assert running(shop) == []


async def test_every_statement_has_its_limits_in_the_server(shop: MariaDb) -> None:
    shop.run(
        "CREATE FUNCTION limits() RETURNS text RETURN "
        "CONCAT_WS(' ', @@max_statement_time, @@lock_wait_timeout, @@tx_read_only, @@time_zone)",
        "CREATE VIEW told AS SELECT limits() AS v",
    )

    async with opened(shop, statement_timeout_seconds=7, lock_timeout_seconds=2.5) as source:
        (row,) = await source.fetch(f"SELECT v FROM {quote_table(shop.schema.child('told'))}")

    assert row["v"] == "17.000000 3 ON +00:00"


async def test_cancelled_question_ends_in_the_server_and_no_other_does(shop: MariaDb) -> None:
    shop.run(f"CREATE VIEW slow AS {SLOW}")
    question = f"SELECT count(v) AS n FROM {quote_table(shop.schema.child('slow'))}"

    async with opened(shop) as source:
        first, second = (asyncio.create_task(source.fetch(question)) for _ in range(2))
        await until(is_running(shop, 2))
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        left = running(shop)
        second.cancel()
        seconds = await until(is_running(shop, 0))
        with pytest.raises(asyncio.CancelledError):
            await second
        (row,) = await source.fetch(f"SELECT count(*) AS n FROM {quote_table(shop.schema.child('t'))}")

    assert (len(left), row["n"]) == (1, 1)
    assert seconds < 5


async def test_locked_table_is_given_up_in_time(shop: MariaDb) -> None:
    async with opened(shop, lock_timeout_seconds=1) as source:
        table = await source.describe_table(shop.schema.child("t"))
        with shop.server.connection("shop") as owner, owner.cursor() as cursor, duckdb.connect() as engine:
            cursor.execute("LOCK TABLES t WRITE")
            with pytest.raises(TableFailed) as caught:
                await source.copy_into(engine, "copied", table, None)

    assert caught.value.message == ("shop.t cannot be read: a lock was not free within source.lock_timeout_seconds.")


async def test_session_lost_in_the_middle_of_a_statement_leaves_the_source_usable(shop: MariaDb) -> None:
    shop.run(f"CREATE VIEW slow AS {SLOW}")

    async with opened(shop) as source:
        asking = asyncio.create_task(source.fetch(f"SELECT v FROM {quote_table(shop.schema.child('slow'))}"))
        await until(is_running(shop, 1))
        ((session,),) = shop.run(
            "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%/* assay %' AND ID <> CONNECTION_ID()"
        )
        shop.run(f"KILL CONNECTION {session}")

        with pytest.raises(TableFailed, match="cannot be read: the server stopped the reading"):
            await asking
        (row,) = await source.fetch(f"SELECT v FROM {quote_table(shop.schema.child('t'))}")

    assert row["v"] == 1


async def test_server_that_goes_away_is_the_sources_failure() -> None:
    with throwaway_mariadb() as server:
        engine = MariaDb(server)
        engine.run("CREATE TABLE t AS SELECT 1 AS v", f"CREATE VIEW slow AS {SLOW}")
        source = await open_mysql(await engine.settings(), engine.password(), SourceSettings())
        table, view = (quote_table(engine.schema.child(name)) for name in ("t", "slow"))
        asking = asyncio.create_task(source.fetch(f"SELECT v FROM {view}"))
        await until(is_running(engine, 1))
    try:
        with pytest.raises(SourceUnreachable, match="the connection was refused"):
            await asking
        with pytest.raises(SourceUnreachable, match="the connection was refused"):
            await source.fetch(f"SELECT v FROM {table}")
    finally:
        await source.close()


@pytest.mark.parametrize("mode", SslMode)
async def test_what_is_encrypted_is_what_the_settings_say(
    shop: MariaDb, mode: SslMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scanner's sessions as well as those for the catalogue: a user who must encrypt is let in by neither else."""
    monkeypatch.setenv("SSL_CERT_FILE", str(shop.server.certificate))
    shop.run(f"GRANT SELECT ON shop.* TO {READER}", f"ALTER USER {READER} REQUIRE SSL")

    if mode is SslMode.DISABLE:
        with pytest.raises(SourceUnreachable, match="the user name or the password is wrong"):
            async with opened_by_reader(shop, ssl_mode=mode):
                raise AssertionError("it cannot open")
    else:
        async with opened_by_reader(shop, ssl_mode=mode) as source:
            rows = await source.fetch(f"SELECT v FROM {quote_table(shop.schema.child('t'))}")
        assert [row["v"] for row in rows] == [1]


@pytest.mark.parametrize("mode", [SslMode.VERIFY_CA, SslMode.VERIFY_FULL])
async def test_a_certificate_that_nobody_trusts_is_refused(shop: MariaDb, mode: SslMode) -> None:
    settings = replace(await shop.settings(), username=OWNER, ssl_mode=mode)

    with pytest.raises(SourceUnreachable, match="TLS could not be set up; check ssl_mode and the certificate"):
        await open_mysql(settings, shop.password(), SourceSettings())
