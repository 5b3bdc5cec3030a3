"""The engine of one event loop, and short sessions on it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from domain.db.tenancy import confine
from domain.db.unstorable import refuse_unstorable_text
from domain.errors import Forbidden, Unavailable
from domain.identity import Tenant
from domain.settings import Settings

_DIALECT = re.compile(r"^postgres(ql)?(\+\w+)?://")
_SHUTTING_DOWN = ("57P01", "57P02", "57P03", "08", "53300")
_INSUFFICIENT_PRIVILEGE, _GRANT_POLICY = "42501", "within_grant"
"""How PostgreSQL refuses by the policies of migrations/scope_wall.py, in whatever language."""
_LOST_A_RACE = frozenset({"40001", "40P01", "55P03", "57014"})
"""Serialization failure, deadlock, lock time-out and statement time-out: nothing was changed."""
_OUT_OF_RESOURCES = "53"
"""The disk or the memory of the server is full, or it serves as many as it may."""

log = structlog.get_logger()


def plain_url(url: str) -> str:
    """The address as libpq and asyncpg read it."""
    return _DIALECT.sub("postgresql://", url)


def make_engine(settings: Settings, *, pooled: bool) -> AsyncEngine:
    """Build the engine; it belongs to the running event loop and is disposed of with it."""
    options = {"pool_size": settings.database.pool_size, "max_overflow": 0, "pool_pre_ping": True}
    milliseconds = int(settings.database.statement_timeout_seconds * 1000)
    engine = create_async_engine(
        _DIALECT.sub("postgresql+asyncpg://", settings.database_url()),
        hide_parameters=True,  # a failing statement must not carry values into logs
        json_serializer=lambda value: orjson.dumps(value, default=str).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": 10,
            "server_settings": {"application_name": "assay", "statement_timeout": str(milliseconds)},
        },
        **(options if pooled else {"poolclass": NullPool}),
    )
    event.listen(engine.sync_engine, "handle_error", refuse_unstorable_text)
    return engine


def is_connection_lost(error: BaseException) -> bool:
    """Whether the database went away, rather than refused what was asked."""
    if _sqlstate(error).startswith(_SHUTTING_DOWN):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, InterfaceError)
    return isinstance(error, (OSError, asyncpg.InterfaceError))


def _sqlstate(error: BaseException) -> str:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(origin, "sqlstate", None) or "")


@asynccontextmanager
async def translating_losses() -> AsyncIterator[None]:
    """A lost database becomes `Unavailable`, which a caller may try again."""
    try:
        yield
    except (DBAPIError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if is_connection_lost(error):
            raise Unavailable("The database does not answer. Try again in a few seconds.") from error
        if _sqlstate(error) in _LOST_A_RACE:
            raise Unavailable("Another change was in the way. Try again in a few seconds.", 1) from error
        if _sqlstate(error) == _INSUFFICIENT_PRIVILEGE and _GRANT_POLICY in str(getattr(error, "orig", error)):
            raise Forbidden("This reaches beyond the part of the catalogue that you may change.") from error
        if _sqlstate(error).startswith(_OUT_OF_RESOURCES):
            log.critical("database.out_of_resources", sqlstate=_sqlstate(error))
            raise Unavailable("The database has no room for this; its operator has to make some.", 60) from error
        raise


class Database:
    """Opens sessions. `UnitOfWork` writes and `reading` reads for a tenant; the others are for our own bookkeeping."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self, tenant: Tenant) -> AsyncIterator[AsyncSession]:
        """A short session for one query of a tenant; what it changed is rolled back."""
        async with self.reading_across_tenants() as session:
            await confine(session, tenant)
            yield session

    @asynccontextmanager
    async def reading_across_tenants(self) -> AsyncIterator[AsyncSession]:
        """As `reading`, outside the walls: never for what somebody asked for."""
        async with translating_losses(), self.sessions() as session:
            yield session

    @asynccontextmanager
    async def writing_across_tenants(self) -> AsyncIterator[AsyncSession]:
        """One transaction outside the walls: COMMIT on a clean exit, ROLLBACK on any exception."""
        async with translating_losses(), self.sessions.begin() as session:
            yield session
