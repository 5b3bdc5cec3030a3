"""Finding again whatever has an id."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from uuid import UUID

import strawberry

from api.graphql import connections
from api.graphql.assets import types as assets
from api.graphql.configurations import types as configurations
from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.glossary import types as glossary
from api.graphql.ids import Node, split_id
from api.graphql.loaders import Loaders
from api.graphql.rules import types as rules
from api.graphql.runs import types as runs
from api.graphql.violations import types as violations
from domain.assets.model import AssetId
from domain.connections.model import ConnectionId
from domain.errors import Invalid
from domain.glossary.model import TermId
from domain.rules.model import RuleId
from domain.runs.model import RunId
from domain.violations.model import ViolationId
from domain.workflows.model import ConfigurationId


async def _asset(loaders: Loaders, key: UUID) -> Node | None:
    found = await loaders.assets_by_id.load(AssetId(key))
    return assets.Asset.of(found) if found else None


async def _configuration(loaders: Loaders, key: UUID) -> Node | None:
    found = await loaders.configurations.load(ConfigurationId(key))
    return configurations.WorkflowConfiguration.of(found) if found else None


async def _connection(loaders: Loaders, key: UUID) -> Node | None:
    found = await loaders.connections.load(ConnectionId(key))
    return connections.DataConnection.of(found) if found else None


async def _rule(loaders: Loaders, key: UUID) -> Node | None:
    found = await loaders.rules.load(RuleId(key))
    return rules.DqRule.of(found) if found else None


async def _run(loaders: Loaders, key: UUID) -> Node | None:
    found = await loaders.runs.load(RunId(key))
    return runs.WorkflowRun.of(found) if found else None


async def _term(loaders: Loaders, key: UUID) -> Node | None:
    found = await loaders.terms.load(TermId(key))
    return glossary.GlossaryTerm.of(found) if found else None


async def _violation(loaders: Loaders, key: UUID) -> Node | None:
    found = await loaders.violations.load(ViolationId(key))
    return violations.Violation.of(found) if found else None


_READERS: Mapping[str, Callable[[Loaders, UUID], Awaitable[Node | None]]] = {
    assets.KIND: _asset,
    configurations.KIND: _configuration,
    connections.KIND: _connection,
    glossary.KIND: _term,
    rules.KIND: _rule,
    runs.KIND: _run,
    violations.KIND: _violation,
}


async def _find(loaders: Loaders, text: str) -> Node | None:
    found = split_id(text)
    reader = _READERS.get(found[0]) if found else None
    return await reader(loaders, found[1]) if found and reader else None


@strawberry.type
class NodeQueries:
    @field("The thing of this id; null when there is none that the caller may see.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="As any object of the schema shows it.")],  # noqa: A002 - the schema's name
    ) -> Node | None:
        return await _find(info.context.loaders, id)

    @field("The things of these ids, in their order; null for each that is not there.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="At most 100 ids, unless the operator set another limit."),
        ],
    ) -> list[Node | None]:
        most = info.context.settings.api.max_ids
        if len(ids) > most:
            raise Invalid("ids", f"Name at most {most} ids at once, not {len(ids)}.")
        return list(await asyncio.gather(*(_find(info.context.loaders, text) for text in ids)))
