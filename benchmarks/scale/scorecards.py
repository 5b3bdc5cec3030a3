from collections.abc import Sequence
from functools import partial

from benchmarks.scale import names
from benchmarks.scale.figures import Figure, Work, medians
from domain.bootstrap import Domain
from domain.identity import Tenant

NOTHING = "a query that finds nothing"
"""So much of each figure is the way to the database and back, and how busy the machine is."""
BARS = {"scorecard of a schema": 20.0, "scorecard of the service": 200.0}


async def measure_scorecards(domain: Domain, tenant: Tenant, repetitions: int) -> Sequence[Figure]:
    read = domain.read.scorecards.scorecard
    scopes = (names.schema(0), names.SERVICE)
    works: dict[str, Work] = {NOTHING: partial(domain.read.violations.by_ids, tenant, [])}
    works |= {name: partial(read, tenant, scope) for name, scope in zip(BARS, scopes, strict=True)}
    taken = await medians(works, repetitions)
    return [Figure(name, ms, bar=BARS.get(name)) for name, ms in taken.items()]
