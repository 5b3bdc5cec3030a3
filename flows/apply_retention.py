from functools import partial

from prefect import State, flow, get_run_logger
from prefect.artifacts import acreate_table_artifact
from prefect.states import Completed

from domain.retention.model import Kind, policy_of
from flows.runtime import open_upkeep, patiently

ARTIFACT = "retention"
"""Key under which Prefect's UI shows, night after night, what was removed."""


@flow(name="apply-retention")
async def apply_retention() -> State[None]:
    """Remove what has expired in every project, and keep the partitions of the log ahead."""
    async with open_upkeep() as (domain, settings):
        policy, log = policy_of(settings.retention), get_run_logger()
        removed = {}
        for kind in Kind:
            removed[kind] = await patiently(partial(domain.sweep.remove, policy, kind))
            log.info("%s: %s removed", kind, f"{removed[kind]:,}")
        renewed = await patiently(domain.sweep.renew_partitions)
        log.info("Partitions: %s made, %s dropped", list(renewed.made), list(renewed.dropped))
    await acreate_table_artifact(
        [{"kind": kind, "removed": count} for kind, count in removed.items()],
        key=ARTIFACT,
        description="Rows that the last application of the retention policy removed.",
    )
    return Completed(message=f"{sum(removed.values()):,} rows removed.")
