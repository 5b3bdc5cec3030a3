"""Whatever is asked of a large installation is answered by indexes: the plans of the very statements that are sent."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.scale import names
from benchmarks.scale.saving import profiled
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.pages import PageRequest
from domain.rules.model import RuleId, Severity
from domain.violations.filters import ViolationFilter
from domain.violations.findings import apply_findings
from domain.violations.model import Finding, ViolationId, ViolationStatus, ViolationUpdate
from domain.violations.ordering import ViolationOrder, ViolationOrderField
from tests.domain.scale.conftest import SIZE, Much
from tests.domain.scale.plans import Plan, plans_of, sending

pytestmark = [pytest.mark.db, pytest.mark.xdist_group("scale")]

SERVICE, DATABASE, SCHEMA, TABLE = names.SERVICE, names.DATABASE, names.schema(0), names.table(0, 0)
COLUMN = TABLE.child("c00")
ALL = ViolationFilter()
OPEN = ViolationFilter(status=(ViolationStatus.OPEN,))
CURRENT = ViolationFilter(status=(ViolationStatus.ACKNOWLEDGED, ViolationStatus.OPEN))
WALK = {"Result", "Limit", "Index Scan"}
"""The result is the second wall, which PostgreSQL asks once for the whole statement."""
SORT_OF_FEW = WALK | {"Sort", "Bitmap Heap Scan", "Bitmap Index Scan"}
"""A table has so few that PostgreSQL may as well read and sort all of them."""


async def plans(much: Much, call: Callable[[Much], Awaitable[object]]) -> list[Plan]:
    """Of all that the call sends."""
    with sending() as sent:
        await call(much)
    assert sent
    return [plan for one in sent for plan in await plans_of(much.sql, much.actor.tenant, one)]


async def page_plans(much: Much, scope: Fqn | None, wanted: ViolationFilter, request: PageRequest) -> list[Plan]:
    return await plans(much, lambda m: m.domain.read.violations.page(m.actor.tenant, scope, wanted, request))


@pytest.mark.parametrize("wanted", [OPEN, CURRENT], ids=["open", "current"])
@pytest.mark.parametrize(
    ("scope", "index"),
    [
        (None, "ix_violation_current_project"),
        (SERVICE, "ix_violation_current_service"),
        (DATABASE, "ix_violation_current_service"),
        (SCHEMA, "ix_violation_current_schema"),
        (TABLE, "ix_violation_current_table"),
        (COLUMN, "ix_violation_current_table"),
    ],
)
async def test_a_page_of_current_violations_walks_the_index_of_its_level(
    scope: Fqn | None, index: str, wanted: ViolationFilter, much: Much
) -> None:
    first = await much.domain.read.violations.page(much.actor.tenant, scope, wanted, PageRequest(first=5))
    cursor = first.items[-1][0]

    for request in (PageRequest(), PageRequest(after=cursor), PageRequest(last=20), PageRequest(last=2, before=cursor)):
        for plan in await page_plans(much, scope, wanted, request):
            assert plan.indexes == {index}
            assert plan.kinds <= (SORT_OF_FEW if scope in {TABLE, COLUMN} else WALK)


@pytest.mark.parametrize(
    ("scope", "indexes"),
    [
        (None, {"ix_violation_project", "violation_pkey"}),
        (SERVICE, {"ix_violation_service"}),
        (SCHEMA, {"ix_violation_schema"}),
        (TABLE, {"ix_violation_table"}),
        (COLUMN, {"ix_violation_table"}),
    ],
)
async def test_a_page_of_all_violations_walks_an_index_wherever_it_lies(
    scope: Fqn | None, indexes: set[str], much: Much
) -> None:
    cursor = None
    for _ in range(3):
        request = PageRequest(first=100 if scope != COLUMN else 20, after=cursor)
        for plan in await page_plans(much, scope, ALL, request):
            assert plan.indexes <= indexes
            assert plan.kinds <= (SORT_OF_FEW if scope in {TABLE, COLUMN} else WALK)
        page = await much.domain.read.violations.page(much.actor.tenant, scope, ALL, request)
        cursor = page.items[-1][0]


async def find(much: Much) -> None:
    """A check that passes, as it always did."""
    passed = Finding("never", COLUMN, "complete_values", "completeness", True, datetime.now(UTC), Severity.LOW, {})  # noqa: FBT003 - it passed
    async with much.unit_of_work(much.actor) as uow:
        await apply_findings(uow, [passed], new_id())


READS: dict[str, Callable[[Much], Awaitable[object]]] = {
    "violations by id": lambda m: m.domain.read.violations.by_ids(m.actor.tenant, [ViolationId(new_id())]),
    "violations of a rule": lambda m: m.domain.read.violations.page(
        m.actor.tenant, None, ViolationFilter(rule_id=RuleId(new_id())), PageRequest()
    ),
    "violations that a Save closed": lambda m: m.domain.read.violations.page(
        m.actor.tenant, None, ViolationFilter(resolved_by_run=new_id()), PageRequest()
    ),
    "violations opened lately": lambda m: m.domain.read.violations.page(
        m.actor.tenant, None, ViolationFilter(opened_after=datetime.now(UTC) - timedelta(days=1)), PageRequest()
    ),
    "the worst current violations of a schema": lambda m: m.domain.read.violations.page(
        m.actor.tenant, SCHEMA, CURRENT, PageRequest(), ViolationOrder(ViolationOrderField.SEVERITY)
    ),
    "how many violations are open in a schema": lambda m: m.domain.read.violations.count(m.actor.tenant, SCHEMA, OPEN),
    "how many violations a table had": lambda m: m.domain.read.violations.count(m.actor.tenant, TABLE, ALL),
    "the history of a violation": lambda m: m.domain.read.violations.history(
        m.actor.tenant, ViolationId(new_id()), PageRequest()
    ),
    "the scorecard of a schema": lambda m: m.domain.read.scorecards.scorecard(m.actor.tenant, SCHEMA),
    "the scorecard of a table": lambda m: m.domain.read.scorecards.scorecard(m.actor.tenant, TABLE),
    "the scorecard of a column": lambda m: m.domain.read.scorecards.scorecard(m.actor.tenant, COLUMN),
    "the scorecard of a table in the past": lambda m: m.domain.read.scorecards.scorecard(
        m.actor.tenant, TABLE, datetime.now(UTC) - timedelta(days=9)
    ),
    "the cells of a schema": lambda m: m.domain.read.scorecards.cells(m.actor.tenant, SCHEMA, None, PageRequest()),
    "a finding": find,
    "a decision on a table": lambda m: m.domain.violations.update_matching(
        m.actor, TABLE.child("no such column"), ALL, ViolationUpdate(severity=Severity.LOW)
    ),
}


@pytest.mark.parametrize("asked", READS)
async def test_no_large_table_is_read_from_end_to_end(asked: str, much: Much) -> None:
    found = await plans(much, READS[asked])

    assert [plan.nodes for plan in found if plan.read_in_full] == []


async def test_a_save_and_its_undoing_reach_their_rows_by_indexes(much: Much) -> None:
    run = await profiled(much.domain, much.actor, SIZE)

    saved = await plans(much, lambda m: m.domain.approvals.approve(m.actor, run))
    undone = await plans(much, lambda m: m.domain.approvals.undo(m.actor, run))

    assert [plan.nodes for plan in saved + undone if plan.read_in_full] == []
