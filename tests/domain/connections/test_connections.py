import asyncio

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.connections.kinds import settle
from domain.connections.model import ConnectionKind, ConnectionStatus, DataConnection, check_name
from domain.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from domain.fqn import Fqn
from domain.identity import Actor, Permission
from tests.factories.connections import add_connection, settings_of

pytestmark = pytest.mark.db


@pytest.mark.parametrize("name", ["", " ", "bank ", " bank", "ba\nnk", "ba\0nk", "n" * 101])
def test_a_name_that_no_fqn_could_begin_with_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_name(name)

    assert refused.value.problems[0].path == "name"


@pytest.mark.parametrize("name", ["bank", "Größe 1", "a.b", 'quo"ted', "n" * 100])
def test_a_name_may_be_what_people_call_the_source(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": " "}, "settings.host"),
        ({"path": "/srv"}, "settings.path"),
        ({"port": 0}, "settings.port"),
        ({"port": 65536}, "settings.port"),
        ({"secret": "hunter2"}, "settings.secret"),
        ({"secret": "file:../../etc/passwd"}, "settings.secret"),
        ({"secret": "env:"}, "settings.secret"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        settle(ConnectionKind.POSTGRESQL, settings_of(**changes))

    assert refused.value.problems[0].path == field
    assert "hunter2" not in refused.value.message


async def test_one_of_ten_creations_of_a_name_wins(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    tried = await asyncio.gather(*(add_connection(domain, actor) for _ in range(10)), return_exceptions=True)

    assert [type(one) for one in tried].count(DataConnection) == 1
    assert [type(one) for one in tried].count(Conflict) == 9
    assert await sql.fetchval("SELECT count(*) FROM domain_event") == 1


async def test_a_name_is_free_again_after_the_connection_is_deleted(domain: Domain, actor: Actor) -> None:
    first = await add_connection(domain, actor)
    await domain.connections.delete(actor, first.id, first.version)

    second = await add_connection(domain, actor)

    assert second.id != first.id
    assert (await domain.read.connections.get(actor.tenant, first.id)).name == "bank"
    assert await domain.read.connections.named(actor.tenant, "bank") == second


async def test_a_change_has_to_be_tested_again(domain: Domain, actor: Actor) -> None:
    created = await add_connection(domain, actor)
    await domain.connections.record_check(actor, created.id, None, "PostgreSQL 17.2")
    tested = await domain.read.connections.get(actor.tenant, created.id)

    changed = await domain.connections.update(actor, created.id, settings_of(host="other.test"), created.version)

    assert (tested.status, tested.status_message) == (ConnectionStatus.ACTIVE, "PostgreSQL 17.2")
    assert (changed.status, changed.status_message, changed.version) == (ConnectionStatus.PENDING, None, 2)
    with pytest.raises(VersionConflict, match="is at version 2, not 1"):
        await domain.connections.update(actor, created.id, settings_of(), created.version)


async def test_a_failed_check_says_why(domain: Domain, actor: Actor) -> None:
    created = await add_connection(domain, actor)

    await domain.connections.record_check(actor, created.id, "db.test:5432/main refuses the connection.", "")

    found = await domain.read.connections.get(actor.tenant, created.id)
    assert (found.status, found.status_message) == (ConnectionStatus.ERROR, "db.test:5432/main refuses the connection.")


async def test_only_an_administrator_deletes(domain: Domain, actor: Actor) -> None:
    created = await add_connection(domain, actor)
    member = Actor(actor.tenant, "max", permissions=frozenset({Permission.WRITE}))

    with pytest.raises(Forbidden, match="the right ADMINISTER"):
        await domain.connections.delete(member, created.id, created.version)

    assert await domain.read.connections.named(actor.tenant, "bank") == created


async def test_a_deleted_connection_takes_no_more_work(domain: Domain, actor: Actor) -> None:
    created = await add_connection(domain, actor)
    await domain.connections.delete(actor, created.id, created.version)

    with pytest.raises(NotFound, match="There is no connection 'bank'"):
        await domain.assets.register(actor, "bank", Fqn.of("bank"), "event-1")
