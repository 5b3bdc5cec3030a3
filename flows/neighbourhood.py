"""What lies around the tables of a run: read once for each schema, however many tables it has."""

from collections.abc import Iterable, Mapping

from domain.assets.captured import foreign_keys
from domain.assets.model import Asset
from domain.fqn import Fqn
from flows.enrichment.context import Neighbour
from flows.runtime import Run, patiently

Neighbourhood = Mapping[Fqn, tuple[Neighbour, ...]]
"""All tables of each schema."""


async def neighbourhood_of(run: Run, tables: Iterable[Fqn]) -> Neighbourhood:
    schemas = {table.parent for table in tables}
    return {schema: await _tables_in(run, schema) for schema in schemas if schema}


async def _tables_in(run: Run, schema: Fqn) -> tuple[Neighbour, ...]:
    assets, tenant = run.domain.read.assets, run.actor.tenant
    below = await patiently(lambda: assets.children(tenant, [schema]))
    tables = [asset for asset in below[schema] if asset.type.is_table_like]
    columns = await patiently(lambda: assets.children(tenant, [table.fqn for table in tables]))
    return tuple(_neighbour(table, columns[table.fqn]) for table in tables)


def _neighbour(table: Asset, columns: list[Asset]) -> Neighbour:
    return Neighbour(table.fqn, tuple(column.fqn.name for column in columns), foreign_keys(dict(table.captured)))
