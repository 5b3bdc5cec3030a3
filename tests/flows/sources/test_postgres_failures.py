import asyncio
import socket
from typing import Any

import duckdb
import pytest

from domain.connections.model import SslMode
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable, TableFailed
from flows.sources.postgres import open_postgres
from tests.flows.sources.source_database import PUBLIC, READER, READER_PASSWORD, SourceDatabase, until
from tests.flows.sources.unreachable import unreachable

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]


@pytest.mark.parametrize(("changed", "cause"), unreachable(READER))
async def test_unreachable_source_is_named_with_its_cause(
    database: SourceDatabase, changed: dict[str, Any], cause: str
) -> None:
    settings = database.settings(**changed)
    password = database.server.address.password if "database" in changed else "wr0ng pa55word"

    with pytest.raises(SourceUnreachable) as caught:
        await open_postgres(settings, password, SourceSettings(connect_timeout_seconds=5))

    assert caught.value.message == f"{settings.address} cannot be reached: {cause}."
    assert caught.value.__cause__ is None


async def test_server_that_never_answers_is_given_up_in_time(database: SourceDatabase) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings = database.settings(port=silent.getsockname()[1], ssl_mode=SslMode.REQUIRE)

        with pytest.raises(SourceUnreachable, match=r"no answer within source[.]connect_timeout_seconds"):
            await open_postgres(settings, "x", SourceSettings(connect_timeout_seconds=0.2))


async def test_statement_over_its_time_is_stopped_by_the_source(database: SourceDatabase) -> None:
    async with database.opened(statement_timeout_seconds=0.2) as source:
        with pytest.raises(TableFailed, match="statement time-out"):
            await source.fetch("SELECT pg_sleep(30)")


async def test_session_cannot_write(database: SourceDatabase) -> None:
    async with database.opened() as source:
        with pytest.raises(TableFailed, match="tried to write in a read-only session"):
            await source.fetch("CREATE TABLE planted (x integer)")

    assert await database.ask("SELECT to_regclass('planted') IS NULL") == [(True,)]


async def test_value_in_the_servers_message_stays_there(database: SourceDatabase) -> None:
    await database.run("CREATE TABLE t AS SELECT 'top secret' AS v")

    async with database.opened() as source:
        with pytest.raises(TableFailed) as caught:
            await source.fetch("SELECT v::integer FROM t")

    assert caught.value.message == (
        "The statement's table cannot be read: invalid text representation (SQLSTATE 22P02)."
    )


async def test_cancelled_question_ends_in_the_source(database: SourceDatabase) -> None:
    async with database.opened() as source:
        task = asyncio.create_task(source.fetch("SELECT pg_sleep(60)"))
        await until(lambda: database.is_running(1))

        task.cancel()
        seconds = await until(lambda: database.is_running(0))

    assert seconds < 5


@pytest.mark.parametrize("change", ["DROP TABLE t", "REVOKE SELECT ON t FROM quiet_reader"])
async def test_table_lost_between_plan_and_copy_fails_alone(database: SourceDatabase, change: str) -> None:
    await database.run("CREATE TABLE t AS SELECT 1 AS v", f"GRANT SELECT ON t TO {READER}")

    async with database.opened_by_reader() as source:
        table = await source.describe_table(PUBLIC.child("t"))
        await database.run(change)
        with pytest.raises(TableFailed) as caught, duckdb.connect() as engine:
            await source.copy_into(engine, "copied", table, None)

    expected = "does not exist" if change.startswith("DROP") else "cannot be read: permission denied"
    assert caught.value.message == f"svc.shop.public.t {expected}."
    assert READER_PASSWORD not in repr(caught.value)


async def test_locked_table_is_given_up_in_time(database: SourceDatabase) -> None:
    await database.run("CREATE TABLE t AS SELECT 1 AS v")

    async with database.opened(lock_timeout_seconds=0.1) as source:
        table = await source.describe_table(PUBLIC.child("t"))
        async with database.locking("t"):
            with pytest.raises(TableFailed) as caught, duckdb.connect() as engine:
                await source.copy_into(engine, "copied", table, None)

    assert caught.value.message == (
        "svc.shop.public.t cannot be read: a lock was not free within source.lock_timeout_seconds."
    )


KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'assay'"


async def test_session_lost_in_the_middle_of_a_statement_is_the_sources_failure(database: SourceDatabase) -> None:
    async with database.opened() as source:
        asking = asyncio.create_task(source.fetch("SELECT pg_sleep(60)"))
        await until(lambda: database.is_running(1))
        await database.run(KILL)

        with pytest.raises(SourceUnreachable) as caught:
            await asking

    assert caught.value.message.startswith(f"{source.address} was lost while reading (")
