"""`python -m domain verify-audit`, as an operator or a schedule runs it."""

import asyncpg
import pytest

from domain.db.engine import Database
from domain.db.uow import UnitsOfWork
from domain.identity import Actor
from domain.settings import Settings
from tests.domain.command import run
from tests.factories.audit import record_events, record_one, seal_all

pytestmark = pytest.mark.db


@pytest.fixture
async def head(unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection) -> str:
    """The head of a chain of three, with a fourth event that is not sealed yet, as the command prints it."""
    await record_events(unit_of_work, actor, 3)
    await seal_all(database)
    await record_one(unit_of_work, actor, 4)
    return f"{actor.tenant.project_id}={await sql.fetchval('SELECT hash FROM audit_event WHERE sequence = 3')}"


async def test_whole_chains_end_with_0_and_the_heads_to_keep(database_settings: Settings, head: str) -> None:
    plain = await run(database_settings, "verify-audit")
    asked = await run(
        database_settings, "verify-audit", "--expect-head", head, "--expect-head", f"default={head.split('=')[1]}"
    )

    assert (
        plain
        == asked
        == (
            0,
            f"events verified  3\nprojects         1\nnot sealed yet   1\nhead             {head}  default, event 3\n",
        )
    )


async def test_a_broken_chain_ends_with_1_and_says_where(
    database_settings: Settings, head: str, sql: asyncpg.Connection
) -> None:
    await sql.execute("SET session_replication_role = replica")
    await sql.execute("UPDATE audit_event SET actor = 'eve' WHERE sequence = 2")
    await sql.execute("RESET session_replication_role")

    code, printed = await run(database_settings, "verify-audit")

    assert code == 1
    assert printed.splitlines()[-1] == (
        "BROKEN           default, event 2: content changed: what it says is not what its hash was taken of"
    )


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("default=abc", "'default=abc' is not PROJECT=HASH with 64 hexadecimal digits"),
        (f"nowhere={'0' * 64}", "There is no project 'nowhere'"),
    ],
)
async def test_what_cannot_be_expected_ends_with_2(option: str, complaint: str, database_settings: Settings) -> None:
    code, printed = await run(database_settings, "verify-audit", "--expect-head", option)

    assert code == 2
    assert complaint in printed
