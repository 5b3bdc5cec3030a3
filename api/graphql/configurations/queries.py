# ruff: noqa: A002 - resolver arguments bear the names of the schema
from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET

from api.graphql.configurations.types import WorkflowConfiguration
from api.graphql.context import Info
from api.graphql.fields import field
from api.graphql.pages import After, Before, CountedConnection, First, Last, Listing, given
from domain.runs.model import RunType
from domain.workflows.queries import ConfigurationFilter

CONFIGURATIONS = Listing("configuration", str)


@strawberry.input(description="Which configurations to list. Conditions are joined by AND, the values of one by OR.")
class WorkflowConfigurationFilter:
    types: list[RunType] | None = strawberry.field(default=UNSET, description="Of one of these kinds of work.")
    connection: str | None = strawberry.field(default=UNSET, description="On the connection of this name.")
    enabled: bool | None = strawberry.field(default=UNSET, description="Those that are enabled, or those that are not.")

    def read(self) -> ConfigurationFilter:
        return ConfigurationFilter(tuple(given(self.types) or ()), given(self.connection), given(self.enabled))


@strawberry.type
class ConfigurationQueries:
    @field("The saved set-ups of kinds of work, by name.")
    async def workflow_configurations(
        self,
        info: Info,
        filter: Annotated[
            WorkflowConfigurationFilter | None, strawberry.argument(description="Which configurations to list.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CountedConnection[WorkflowConfiguration] | None:
        request = CONFIGURATIONS.request(first, after, last, before)
        read, tenant = info.context.read.configurations, info.context.tenant
        wanted = (given(filter) or WorkflowConfigurationFilter()).read()
        page = await read.page(tenant, wanted, request)
        return CONFIGURATIONS.count(page, WorkflowConfiguration.of, partial(read.count, tenant, wanted))
