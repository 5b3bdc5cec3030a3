"""One round through all projects. Interrupted at any moment, the next round finds what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.access.service import AccessService
from domain.identity import Tenant
from domain.retention.model import Kind, RetentionPolicy
from domain.retention.partitions import LogPartitions
from domain.retention.service import RetentionService


@dataclass(frozen=True, slots=True)
class RenewedPartitions:
    made: Sequence[str]
    dropped: Sequence[str]


class Sweep:
    def __init__(self, access: AccessService, retention: RetentionService, partitions: LogPartitions) -> None:
        self._access = access
        self._retention = retention
        self._partitions = partitions

    async def remove(self, policy: RetentionPolicy, kind: Kind) -> int:
        """Remove what has expired of a kind, in every project; how many rows."""
        return sum([await self._in_project(tenant, policy, kind) for tenant in await self._access.tenants()])

    async def _in_project(self, tenant: Tenant, policy: RetentionPolicy, kind: Kind) -> int:
        batch = await self._retention.remove(tenant, policy, kind)
        removed = batch.removed
        while batch.next is not None:
            batch = await self._retention.remove(tenant, policy, kind, batch.next)
            removed += batch.removed
        return removed

    async def renew_partitions(self) -> RenewedPartitions:
        """Make the partitions of the next months, and drop those of which thinning out has left nothing."""
        made = await self._partitions.make_ahead()
        return RenewedPartitions(made, await self._partitions.drop_emptied())
