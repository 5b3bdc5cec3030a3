"""The act of ingestion: what the source has now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.assets.model import AssetType, FoundSchema, FoundTable
from domain.fqn import SCHEMA_DEPTH, Fqn
from domain.runs.model import RunRequest, RunType
from tests.domain.governance.acts import Outcome
from tests.domain.governance.house import House
from tests.domain.governance.plain_catalogue import Found, PlainAsset
from tests.domain.governance.plain_world import PlainWorld
from tests.factories.assets import found_column, store_schemas


@dataclass(frozen=True)
class Ingest:
    """The tables of a schema with their columns and comments, as they were read at a time."""

    schema: Fqn
    tables: Mapping[str, tuple[tuple[str, ...], str | None]]
    read_at: datetime

    def foresee(self, world: PlainWorld) -> Outcome:
        found = {self.schema: Found()}
        for above in (self.schema.up_to(1), self.schema.up_to(2)):
            world.catalogue.assets.setdefault(above, PlainAsset(Found()))
        for name, (columns, comment) in self.tables.items():
            table = self.schema.child(name)
            found[table] = Found(0, comment)
            found |= {table.child(column): Found(position) for position, column in enumerate(columns, 1)}
        world.catalogue.store(self.schema, found, self.read_at, world.now)
        gone = [fqn for fqn, asset in world.catalogue.inside(self.schema).items() if not asset.lives]
        world.problems.close_vanished(gone, world.now)
        return Outcome()

    async def perform(self, house: House) -> Outcome:
        tables = tuple(
            FoundTable(
                self.schema.child(name),
                AssetType.TABLE,
                tuple(found_column(column, position) for position, column in enumerate(columns, 1)),
                comment=comment,
            )
            for name, (columns, comment) in self.tables.items()
        )
        found = FoundSchema(self.schema, self.read_at, tables)
        await store_schemas(house.domain, house.actor, self.schema.parts[0], [found])
        return Outcome()


@dataclass(frozen=True)
class Forget:
    """Of all its schemas, the database has these only."""

    database: Fqn
    present: Collection[Fqn]

    def foresee(self, world: PlainWorld) -> Outcome:
        vanished = [fqn for fqn in self._schemas(world) if world.catalogue.living(fqn) and fqn not in self.present]
        removed = 0
        for schema in vanished:
            removed += sum(asset.lives for asset in world.catalogue.inside(schema).values())
            world.catalogue.forget(schema, world.now)
            world.problems.close_vanished(world.catalogue.inside(schema), world.now)
        return Outcome(counts=(removed,))

    def _schemas(self, world: PlainWorld) -> list[Fqn]:
        return [fqn for fqn in world.catalogue.inside(self.database) if len(fqn.parts) == SCHEMA_DEPTH]

    async def perform(self, house: House) -> Outcome:
        ingestion = RunRequest(RunType.SERVICE_INGESTION, self.database.parts[0])
        run = await house.domain.runs.request(house.actor, ingestion)
        removed = await house.domain.items.forget_schemas(house.actor, run.id, self.database, self.present)
        return Outcome(counts=(removed,))
