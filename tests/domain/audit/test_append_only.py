"""The database itself keeps audit events: also from the owner of the table, unless he takes the trigger away."""

from collections.abc import Mapping

import asyncpg
import pytest

from domain.db.engine import Database
from domain.db.uow import UnitsOfWork
from domain.identity import Actor
from tests.factories.audit import record_events, record_one, seal_all

pytestmark = pytest.mark.db

COLUMNS = "organization_id, project_id, id, occurred_at, actor, action, resource, resource_key"
REFUSED: Mapping[str, str] = {
    "a deletion": "DELETE FROM audit_event WHERE sequence = 1",
    "the deletion of one that is not sealed": "DELETE FROM audit_event WHERE sequence IS NULL",
    "a truncation": "TRUNCATE audit_event",
    "a change": "UPDATE audit_event SET actor = 'eve' WHERE sequence = 1",
    "a change of one that is not sealed": "UPDATE audit_event SET actor = 'eve' WHERE sequence IS NULL",
    "a change along with the sealing": (
        "UPDATE audit_event SET actor = 'eve', sequence = 3, previous_hash = 'a', hash = 'b' WHERE sequence IS NULL"
    ),
    "the same number written otherwise": (
        """UPDATE audit_event SET after = '{"n": 3, "share": 0.50}', sequence = 3, previous_hash = 'a', hash = 'b'"""
        " WHERE sequence IS NULL"
    ),
    "a second sealing": "UPDATE audit_event SET hash = 'b' WHERE sequence = 1",
    "an unsealing": "UPDATE audit_event SET sequence = NULL, previous_hash = NULL, hash = NULL WHERE sequence = 1",
    "an event that is born sealed": (
        f"INSERT INTO audit_event ({COLUMNS}, sequence, previous_hash, hash) SELECT organization_id, project_id,"
        " gen_random_uuid(), now(), 'eve', 'count', 'thing', '4', 4, 'a', 'b' FROM audit_event LIMIT 1"
    ),
}


@pytest.fixture
async def two_sealed_and_one_not(unit_of_work: UnitsOfWork, database: Database, actor: Actor) -> None:
    await record_events(unit_of_work, actor, 2)
    await seal_all(database)
    await record_one(unit_of_work, actor, 3)


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
async def test_it_is_refused(statement: str, two_sealed_and_one_not: None, sql: asyncpg.Connection) -> None:
    before = await sql.fetch("SELECT * FROM audit_event ORDER BY position")

    with pytest.raises(asyncpg.RestrictViolationError, match=r"audit_event is append-only: this [A-Z]+ is refused"):
        await sql.execute(statement)

    assert await sql.fetch("SELECT * FROM audit_event ORDER BY position") == before


async def test_a_link_is_set_as_a_whole(two_sealed_and_one_not: None, sql: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="ck_audit_event_link"):
        await sql.execute("UPDATE audit_event SET sequence = 3 WHERE sequence IS NULL")
