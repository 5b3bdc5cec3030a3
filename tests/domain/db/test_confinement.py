"""A session is confined to its tenant as long as its transaction lasts, and its connection is nobody's afterwards."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.db.engine import Database, make_engine
from domain.db.tenancy import PROJECT_SETTING
from domain.db.uow import UnitsOfWork
from domain.identity import Actor
from domain.settings import Settings
from domain.tenant_role import TENANT_ROLE
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db

Use = Callable[[Database, Actor], Awaitable[None]]
Ending = AbstractContextManager[object]
WHO = text(
    f"SELECT current_user, session_user, nullif(current_setting('{PROJECT_SETTING}', true), ''), pg_backend_pid()"
)


async def read(database: Database, actor: Actor) -> None:
    async with database.reading(actor.tenant) as session:
        await session.execute(text("SELECT count(*) FROM asset"))


async def break_while_reading(database: Database, actor: Actor) -> None:
    async with database.reading(actor.tenant) as session:
        await session.execute(text("SELECT 1 / 0"))


async def write(database: Database, actor: Actor) -> None:
    async with UnitsOfWork(database, HandClock())(actor) as uow:
        await uow.session.execute(text("SELECT count(*) FROM asset"))


async def break_while_writing(database: Database, actor: Actor) -> None:
    async with UnitsOfWork(database, HandClock())(actor) as uow:
        await uow.session.execute(text("DELETE FROM audit_event"))


USES: Mapping[str, tuple[Use, Ending]] = {
    "a read": (read, nullcontext()),
    "a read that breaks": (break_while_reading, pytest.raises(DBAPIError, match="division by zero")),
    "a unit of work": (write, nullcontext()),
    "a unit of work that is refused": (break_while_writing, pytest.raises(DBAPIError, match="permission denied")),
}


@pytest.fixture
async def lonely(database_settings: Settings) -> AsyncIterator[Database]:
    """A pool of one connection, so that whoever comes next has the same."""
    one = database_settings.database.model_copy(update={"pool_size": 1})
    engine = make_engine(database_settings.model_copy(update={"database": one}), pooled=True)
    yield Database(engine)
    await engine.dispose()


async def who(session: AsyncSession) -> tuple[object, ...]:
    return tuple((await session.execute(WHO)).one())


@pytest.mark.parametrize(("use", "ending"), USES.values(), ids=USES)
async def test_nothing_of_a_tenant_stays_on_a_pooled_connection(
    use: Use, ending: Ending, lonely: Database, actor: Actor
) -> None:
    async with lonely.reading_across_tenants() as session:
        before = await who(session)

    with ending:
        await use(lonely, actor)

    async with lonely.reading_across_tenants() as session:
        after = await who(session)
    assert after == before
    assert after[0] == after[1]
    assert after[2] is None


async def test_reading_and_writing_happen_in_the_tenants_name(
    database: Database, unit_of_work: UnitsOfWork, actor: Actor
) -> None:
    async with database.reading(actor.tenant) as session:
        reading = await who(session)
    async with unit_of_work(actor) as uow:
        writing = await who(uow.session)

    expected = (TENANT_ROLE, str(actor.tenant.project_id))
    assert (reading[0], reading[2]) == (writing[0], writing[2]) == expected
