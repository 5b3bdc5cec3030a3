from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a PostgreSQL listens and how to get in; the password stays out of its representation."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    def dsn(self, database: str) -> str:
        return f"postgresql://{self.user}:{quote(self.password, safe='')}@{self.host}:{self.port}/{quote(database)}"


def with_database(dsn: str, database: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{quote(database)}"))


def with_driver(dsn: str) -> str:
    """The form that SQLAlchemy wants: the driver in the scheme, and asyncpg's name for the TLS mode."""
    parts = urlsplit(dsn)
    query = parts.query.replace("sslmode=", "ssl=")
    return urlunsplit(parts._replace(scheme="postgresql+asyncpg", query=query))
