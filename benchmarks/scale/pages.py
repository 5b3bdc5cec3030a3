"""Pages of violations in a scope, against pages of the same size along the primary key."""

from collections.abc import Sequence
from functools import partial

from benchmarks.scale import names
from benchmarks.scale.figures import Figure, Work, medians
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Tenant
from domain.pages import LARGEST_PAGE, PageRequest
from domain.violations.filters import ViolationFilter
from domain.violations.model import ViolationStatus

PAGE = 20
FAR = 1_000
BAR = 3.0
ALL, OPEN = ViolationFilter(), ViolationFilter(status=(ViolationStatus.OPEN,))
SCOPES = (
    ("violations of a schema", names.schema(0), ALL),
    ("open violations of a schema", names.schema(0), OPEN),
    ("open violations of the service", names.SERVICE, OPEN),
    ("open violations of a table", names.table(0, 0), OPEN),
)


async def measure_pages(domain: Domain, tenant: Tenant, repetitions: int) -> Sequence[Figure]:
    base = "primary-key page"
    works = await _works(domain, tenant, base, None, ALL)
    for name, scope, wanted in SCOPES:
        works |= await _works(domain, tenant, name, scope, wanted)
    taken = await medians(works, repetitions)
    return [
        Figure(name, ms) if name.startswith(base) else Figure(name, ms, ms / taken[_base_of(base, name)], BAR)
        for name, ms in taken.items()
    ]


def _base_of(base: str, name: str) -> str:
    return f"{base}, {name.rpartition(', ')[2]}"


async def _works(
    domain: Domain, tenant: Tenant, name: str, scope: Fqn | None, wanted: ViolationFilter
) -> dict[str, Work]:
    read = partial(domain.read.violations.page, tenant, scope, wanted)
    works: dict[str, Work] = {f"{name}, first": partial(read, PageRequest(first=PAGE))}
    cursor: str | None = None
    for _ in range((FAR - 1) * PAGE // LARGEST_PAGE):
        page = await read(PageRequest(first=LARGEST_PAGE, after=cursor))
        if not page.has_next:
            return works  # the scope has no page that far
        cursor = page.items[-1][0]
    return works | {f"{name}, {FAR:,}th": partial(read, PageRequest(first=PAGE, after=cursor))}
