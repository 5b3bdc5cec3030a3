"""DataLoaders, made anew for each operation: what a list refers to is read with one statement for all its items."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from domain.assets.history import Moment
from domain.assets.model import Asset, AssetId
from domain.bootstrap import Queries
from domain.connections.model import ConnectionId, DataConnection
from domain.fqn import Fqn
from domain.glossary.model import GlossaryTerm, TermId
from domain.identity import Tenant
from domain.metrics.model import Dimension, Metric
from domain.profiles.history import ProfileId
from domain.profiles.model import ColumnProfile, TableProfile
from domain.rules.model import DqRule, RuleId
from domain.rules.queries import RuleExecution
from domain.runs.model import Approval, RunId, Trial, WorkflowRun
from domain.violations.model import Violation, ViolationId
from domain.workflows.model import ConfigurationId, WorkflowConfiguration

K = TypeVar("K")
V = TypeVar("V")
Read = Callable[[Tenant, Sequence[K]], Awaitable[Mapping[K, V]]]


class Loaders:
    """`remembers` is False for streams, which live long: each of their events reads anew."""

    def __init__(self, read: Queries, tenant: Tenant, *, remembers: bool) -> None:
        def by_key(query: Read[K, V]) -> DataLoader[K, V | None]:
            async def load(keys: list[K]) -> Sequence[V | None]:
                found = await query(tenant, list(dict.fromkeys(keys)))
                return [found.get(key) for key in keys]

            return DataLoader(load, cache=remembers)

        self.assets: DataLoader[Fqn, Asset | None] = by_key(read.assets.by_fqns)
        self.assets_by_id: DataLoader[AssetId, Asset | None] = by_key(read.assets.by_ids)
        self.children: DataLoader[Fqn, list[Asset] | None] = by_key(read.assets.children)
        self.past_assets: DataLoader[Moment, Asset | None] = by_key(read.history.assets)
        self.past_children: DataLoader[Moment, list[Asset] | None] = by_key(read.history.children)
        self.terms: DataLoader[TermId, GlossaryTerm | None] = by_key(read.glossary.by_ids)
        self.terms_of: DataLoader[AssetId, list[GlossaryTerm] | None] = by_key(read.glossary.of_assets)
        self.profiles: DataLoader[Fqn, TableProfile | None] = by_key(read.profiles.newest)
        self.profile_columns: DataLoader[ProfileId, Sequence[ColumnProfile] | None] = by_key(
            read.profile_history.columns
        )
        self.connections: DataLoader[ConnectionId, DataConnection | None] = by_key(read.connections.by_ids)
        self.connections_by_name: DataLoader[str, DataConnection | None] = by_key(read.connections.by_names)
        self.configurations: DataLoader[ConfigurationId, WorkflowConfiguration | None] = by_key(
            read.configurations.by_ids
        )
        self.rules: DataLoader[RuleId, DqRule | None] = by_key(read.rules.by_ids)
        self.executions: DataLoader[RuleId, RuleExecution | None] = by_key(read.rules.newest_executions)
        self.runs: DataLoader[RunId, WorkflowRun | None] = by_key(read.runs.by_ids)
        self.trials: DataLoader[RunId, Trial | None] = by_key(read.runs.trials)
        self.approvals: DataLoader[RunId, Approval | None] = by_key(read.runs.approvals)
        self.violations: DataLoader[ViolationId, Violation | None] = by_key(read.violations.by_ids)

        async def dimensions(_tenant: Tenant, _names: Sequence[str]) -> Mapping[str, Dimension]:
            return {dimension.name: dimension for dimension in await read.scorecards.dimensions(tenant)}

        async def metrics(_tenant: Tenant, _names: Sequence[str]) -> Mapping[str, Metric]:
            return {metric.name: metric for metric in await read.scorecards.metrics(tenant)}

        async def metrics_of(_tenant: Tenant, names: Sequence[str]) -> Mapping[str, Sequence[Metric]]:
            known = await read.scorecards.metrics(tenant)
            return {name: [metric for metric in known if metric.dimension == name] for name in names}

        self.dimensions: DataLoader[str, Dimension | None] = by_key(dimensions)
        self.metrics: DataLoader[str, Metric | None] = by_key(metrics)
        self.metrics_of: DataLoader[str, Sequence[Metric] | None] = by_key(metrics_of)
