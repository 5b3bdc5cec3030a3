"""Whoever takes the trigger away and changes audit events is found out, and what cannot be found is said."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import asyncpg
import pytest

from domain.audit.chain import Content, Fault, digest, forge
from domain.audit.verification import AuditVerification, Broken
from domain.db.engine import Database
from domain.db.uow import UnitsOfWork
from domain.identifiers import new_id
from domain.identity import Actor
from tests.factories.audit import record_events, record_one, seal_all

pytestmark = pytest.mark.db

EVENTS = 5
SHIFT = (
    "UPDATE audit_event SET sequence = -sequence - 1 WHERE sequence > 2;"
    "UPDATE audit_event SET sequence = -sequence WHERE sequence < 0;"
)
CONTENT = (
    "organization_id, project_id, position, id, occurred_at, actor, action, resource, resource_key,"
    " before::text, after::text, request_id"
)
MOVE_UP = (
    "DELETE FROM audit_event WHERE sequence = 3;"
    "UPDATE audit_event SET sequence = -sequence WHERE sequence > 3;"
    "UPDATE audit_event SET sequence = -sequence - 1 WHERE sequence < 0"
)
SWAP = (
    "UPDATE audit_event SET sequence = -sequence WHERE sequence IN (2, 4);"
    "UPDATE audit_event SET sequence = 6 + sequence WHERE sequence < 0"
)
SWAP_WORDS = (
    "UPDATE audit_event AS one SET actor = other.actor, after = other.after FROM audit_event AS other"
    " WHERE one.sequence + other.sequence = 6 AND one.sequence IN (2, 4)"
)
SET = "UPDATE audit_event SET {} WHERE sequence = 3"
TAMPERING: Mapping[str, tuple[str, int, Fault]] = {
    **{
        f"another {change}": (SET.format(change), 3, Fault.CONTENT_CHANGED)
        for change in (
            "organization_id = gen_random_uuid()",
            "id = gen_random_uuid()",
            "position = DEFAULT",
            "occurred_at = occurred_at + interval '1 microsecond'",
            "actor = 'eve'",
            "action = 'nothing'",
            "resource = 'other'",
            "resource_key = '4'",
            "before = NULL",
            """before = '{"n": 2.0}'""",
            "after = 'null'",
            """after = '{"n": 3, "share": 0.50}'""",
            "request_id = 'other'",
        )
    },
    "another previous hash": (SET.format("previous_hash = repeat('f', 64)"), 3, Fault.HASH_WRONG),
    "another hash": (SET.format("hash = repeat('f', 64)"), 3, Fault.HASH_WRONG),
    "another hash of the last": (
        "UPDATE audit_event SET hash = repeat('f', 64) WHERE sequence = 5",
        5,
        Fault.CONTENT_CHANGED,
    ),
    "another place": ("UPDATE audit_event SET sequence = 9 WHERE sequence = 5", 9, Fault.GAP),
    "the first is gone": ("DELETE FROM audit_event WHERE sequence = 1", 2, Fault.GAP),
    "one in the middle is gone": ("DELETE FROM audit_event WHERE sequence = 3", 4, Fault.GAP),
    "one is gone and the rest moved up": (MOVE_UP, 3, Fault.HASH_WRONG),
    "one was unsealed": (SET.format("sequence = NULL, previous_hash = NULL, hash = NULL"), 4, Fault.GAP),
    "two are swapped": (SWAP, 2, Fault.REORDERED),
    "what two say is swapped": (SWAP_WORDS, 2, Fault.CONTENT_CHANGED),
}


@pytest.fixture
async def intruder(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection
) -> AsyncIterator[asyncpg.Connection]:
    """A connection for which the trigger does not exist, in a database with one sealed chain."""
    await record_events(unit_of_work, actor, EVENTS)
    await seal_all(database)
    await sql.execute("SET session_replication_role = replica")
    yield sql
    await sql.execute("RESET session_replication_role")


async def broken_in(database: Database, actor: Actor, *heads: str) -> Broken | None:
    """What is wrong with the actor's chain, if these heads are expected of it; all others are whole."""
    found = await AuditVerification(database).verify({actor.tenant.project_id: heads})
    (own,) = [chain for chain in found.chains if chain.project_id == actor.tenant.project_id]
    assert found.is_whole == (own.broken is None)
    return own.broken


async def head_of(sql: asyncpg.Connection) -> str:
    return str(await sql.fetchval("SELECT hash FROM audit_event ORDER BY sequence DESC NULLS LAST LIMIT 1"))


async def test_what_nobody_touched_is_whole(
    intruder: asyncpg.Connection, unit_of_work: UnitsOfWork, database: Database, actor: Actor, stranger: Actor
) -> None:
    await record_events(unit_of_work, stranger, 2)
    await seal_all(database)
    await record_one(unit_of_work, actor, 6)

    found = await AuditVerification(database).verify({})

    assert found.is_whole
    assert found.unsealed == 1
    assert {chain.project: chain.head.sequence for chain in found.chains} == {"default": 5, "elsewhere": 2}
    assert {chain.project: chain.project_id for chain in found.chains} == {
        "default": actor.tenant.project_id,
        "elsewhere": stranger.tenant.project_id,
    }


@pytest.mark.parametrize(("statements", "sequence", "fault"), TAMPERING.values(), ids=TAMPERING)
async def test_tampering_is_found_where_it_was_done(
    statements: str, sequence: int, fault: Fault, intruder: asyncpg.Connection, database: Database, actor: Actor
) -> None:
    await intruder.execute(statements)

    broken = await broken_in(database, actor)

    assert broken is not None
    assert (broken.sequence, broken.fault) == (sequence, fault)


async def test_an_event_of_another_project_is_out_of_place(
    intruder: asyncpg.Connection, database: Database, stranger: Actor
) -> None:
    await intruder.execute("UPDATE audit_event SET project_id = $1 WHERE sequence = 5", stranger.tenant.project_id)

    broken = await broken_in(database, stranger)

    assert broken is not None
    assert (broken.sequence, broken.fault) == (5, Fault.GAP)


async def test_an_event_that_was_put_in_between_is_found_behind_it(
    intruder: asyncpg.Connection, database: Database, actor: Actor
) -> None:
    row = await intruder.fetchrow(f"SELECT {CONTENT} FROM audit_event WHERE sequence = 2")
    forged = replace(Content(*row), id=new_id(), actor="eve")
    before = await intruder.fetchval("SELECT hash FROM audit_event WHERE sequence = 2")
    await intruder.execute(SHIFT)
    await intruder.execute(
        "INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT (event).* FROM (SELECT jsonb_populate_record(a,"
        " jsonb_build_object('id', $1::uuid, 'actor', 'eve', 'sequence', 3, 'previous_hash', $2::text, 'hash',"
        " $3::text)) AS event FROM audit_event a WHERE sequence = 2) AS copied",
        forged.id,
        before,
        digest(forged, 3, before),
    )

    broken = await broken_in(database, actor)

    assert broken == Broken(4, Fault.REORDERED, "by its previous hash it follows event 2")


async def test_that_the_last_events_are_gone_shows_only_to_who_kept_the_head(
    intruder: asyncpg.Connection, database: Database, actor: Actor
) -> None:
    kept = await head_of(intruder)

    await intruder.execute("DELETE FROM audit_event WHERE sequence >= 4")

    assert await broken_in(database, actor) is None
    broken = await broken_in(database, actor, kept)
    assert broken is not None
    assert (broken.sequence, broken.fault) == (3, Fault.TRUNCATED)


async def test_that_all_was_written_anew_shows_only_to_who_kept_the_head(
    intruder: asyncpg.Connection, database: Database, actor: Actor
) -> None:
    kept = await head_of(intruder)

    await intruder.execute("UPDATE audit_event SET actor = 'eve' WHERE sequence = 3")
    rows = await intruder.fetch(f"SELECT {CONTENT} FROM audit_event ORDER BY sequence")
    for event_id, link in forge([Content(*row) for row in rows], {}):
        await intruder.execute(
            "UPDATE audit_event SET previous_hash = $2, hash = $3 WHERE id = $1",
            event_id,
            link.previous_hash,
            link.hash,
        )

    assert await broken_in(database, actor) is None
    broken = await broken_in(database, actor, kept)
    assert broken is not None
    assert broken.fault is Fault.TRUNCATED


async def test_a_head_that_was_kept_is_found_in_a_chain_that_grew(
    intruder: asyncpg.Connection, unit_of_work: UnitsOfWork, database: Database, actor: Actor
) -> None:
    kept = await head_of(intruder)

    await record_one(unit_of_work, actor, 6)
    await seal_all(database)

    assert await head_of(intruder) != kept
    assert await broken_in(database, actor, kept, await head_of(intruder)) is None


async def test_a_long_chain_is_read_in_pages(
    unit_of_work: UnitsOfWork, database: Database, actor: Actor, sql: asyncpg.Connection
) -> None:
    await sql.execute(
        "INSERT INTO audit_event (organization_id, project_id, id, occurred_at, actor, action, resource, resource_key)"
        " SELECT $1, $2, gen_random_uuid(), now(), 'ada', 'count', 'thing', n::text FROM generate_series(1, 2500) AS n",
        actor.tenant.organization_id,
        actor.tenant.project_id,
    )
    await seal_all(database)

    found = await AuditVerification(database).verify({})

    assert [chain.head.sequence for chain in found.chains] == [2500]
    assert found.is_whole
