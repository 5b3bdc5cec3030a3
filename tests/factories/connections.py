from domain.bootstrap import Domain
from domain.connections.model import ConnectionKind, ConnectionSettings, DataConnection
from domain.identity import Actor


def settings_of(**changes: object) -> ConnectionSettings:
    """Settings of a source that nobody reaches in these tests."""
    given: dict[str, object] = {"host": "db.test", "port": 5432, "database": "main", "username": "reader", **changes}
    return ConnectionSettings(**given)  # type: ignore[arg-type]  # the dataclass refuses what does not fit


async def add_connection(domain: Domain, actor: Actor, name: str = "bank", **settings: object) -> DataConnection:
    return await domain.connections.create(actor, name, ConnectionKind.POSTGRESQL, settings_of(**settings))
