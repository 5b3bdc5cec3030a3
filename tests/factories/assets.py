"""Tables as a source reports them, and a catalogue that holds them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.assets.model import AssetType, FoundColumn, FoundSchema, FoundTable, IngestionCounts
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.runs.model import RunRequest, RunType

FOUND_AT = datetime(2026, 2, 1, tzinfo=UTC)
PUBLIC = Fqn.parse("bank.main.public")


def found_column(name: str, position: int = 1, data_type: str = "text", *, nullable: bool = True) -> FoundColumn:
    return FoundColumn(name, position, data_type, nullable)


def found_table(fqn: Fqn, *columns: str, comment: str | None = None) -> FoundTable:
    """A table with these columns, or with `id` and `amount`."""
    names = columns or ("id", "amount")
    return FoundTable(
        fqn,
        AssetType.TABLE,
        tuple(found_column(name, position) for position, name in enumerate(names, 1)),
        comment=comment,
    )


def found_schema(schema: Fqn, *tables: str, observed_at: datetime = FOUND_AT) -> FoundSchema:
    return FoundSchema(schema, observed_at, tuple(found_table(schema.child(name)) for name in tables))


async def store_schemas(
    domain: Domain, actor: Actor, connection: str, found: Sequence[FoundSchema]
) -> Sequence[IngestionCounts]:
    """Store what an ingestion of the connection found, schema after schema."""
    run = await domain.runs.request(actor, RunRequest(RunType.SERVICE_INGESTION, connection))
    await domain.items.open_items(actor, run.id, [schema.fqn for schema in found])
    return [await domain.items.finish_ingested(actor, run.id, schema) for schema in found]


async def add_tables(domain: Domain, actor: Actor, *tables: str, schema: Fqn = PUBLIC) -> list[Fqn]:
    """Tables `id, amount` in the catalogue; their connection exists already."""
    await store_schemas(domain, actor, schema.parts[0], [found_schema(schema, *tables)])
    return [schema.child(name) for name in tables]
