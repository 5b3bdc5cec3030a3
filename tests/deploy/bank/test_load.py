import asyncpg
import pytest

from deploy.local.bank.load import is_loaded, load_bank
from deploy.local.bank.sample import DEFAULT_SEED
from domain.errors import Conflict, Invalid, Unavailable
from tests.fixtures.postgres import PostgresServer

pytestmark = pytest.mark.db

TABLES = """
SELECT table_schema || '.' || table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
"""


async def test_a_second_load_replaces_the_first(postgres: PostgresServer) -> None:
    # given
    dsn = await postgres.create_database("bank_twice")
    assert not await is_loaded(dsn)
    first = await load_bank(dsn)
    # when
    second = await load_bank(dsn, seed=DEFAULT_SEED + 1)
    # then
    assert first.row_counts == second.row_counts
    assert second.total_rows == 52_592
    assert not await is_loaded(dsn)
    assert await is_loaded(dsn, seed=DEFAULT_SEED + 1)


async def test_a_sample_whose_schemas_were_dropped_is_not_loaded(postgres: PostgresServer) -> None:
    # given
    dsn = await postgres.create_database("bank_dropped")
    await load_bank(dsn)
    connection = await asyncpg.connect(dsn)
    # when
    await connection.execute("DROP SCHEMA core CASCADE")
    await connection.close()
    # then
    assert not await is_loaded(dsn)


async def test_schemas_of_somebody_else_are_refused_and_left_alone(postgres: PostgresServer) -> None:
    # given
    dsn = await postgres.create_database("bank_elsewhere")
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE SCHEMA core; CREATE TABLE core.customer (kept text)")
    # when
    with pytest.raises(Conflict, match="already has the schema core, and the sample bank did not make it"):
        await load_bank(dsn)
    # then
    assert [name for (name,) in await connection.fetch(TABLES)] == ["core.customer"]
    assert not await is_loaded(dsn)
    await connection.close()


async def test_a_database_that_does_not_answer_is_named_without_the_password() -> None:
    # when
    with pytest.raises(Unavailable) as refusal:
        await load_bank("postgresql://teller:hunter2@127.0.0.1:1/bank")
    # then
    assert refusal.value.message.startswith("The sample bank's database cannot be opened: ")
    assert "hunter2" not in refusal.value.message


@pytest.mark.parametrize(
    "dsn", ["hunter2", "postgresql://teller:with#hunter2@localhost/bank", "mysql://x:hunter2@host/bank"]
)
async def test_a_malformed_dsn_is_refused_without_a_piece_of_it(dsn: str) -> None:
    # when
    with pytest.raises(Invalid, match="must read postgresql://user:password@host:port/database") as refusal:
        await is_loaded(dsn)
    # then
    assert "hunter2" not in refusal.value.message
