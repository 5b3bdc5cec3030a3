"""The preview of a Save, held against the paper before the Save is made."""

from __future__ import annotations

from domain.errors import Conflict
from domain.runs.model import ApprovalStatus, ChangeOutcome
from tests.domain.governance.house import ALL, House
from tests.domain.governance.plain_runs import PlainRun
from tests.domain.governance.plain_world import PlainWorld
from tests.domain.governance.stage import Stage


def assert_preview(stage: Stage, house: House, world: PlainWorld, number: int) -> tuple[int, int, int, int] | None:
    """What the approval is going to count; None where nothing can be saved and the preview says so, too."""
    run = world.runs[number]
    if run.is_complete and run.status is ApprovalStatus.PENDING:
        return stage.run(_assert_foreseen(house, world, run))
    stage.run(_assert_refused(house, number))
    return None


async def _assert_refused(house: House, number: int) -> None:
    try:
        await house.domain.read.previews.preview(house.actor.tenant, house.runs[number])
    except Conflict:
        return
    raise AssertionError(f"run {number} cannot be saved, and still there is a preview")


async def _assert_foreseen(house: House, world: PlainWorld, run: PlainRun) -> tuple[int, int, int, int]:
    read, tenant, run_id = house.domain.read.previews, house.actor.tenant, house.runs[run.number]
    expected = world.foresee(run)
    told = await read.preview(tenant, run_id)
    cells = (await read.cells(tenant, run_id, ALL)).items
    violations = (await read.violations(tenant, run_id, ALL)).items
    conflicts = (await read.conflicts(tenant, run_id, ALL)).items
    assert {(one.metric, one.asset) for _, one in cells} == expected.cells
    assert {one.id for _, one in violations} == {house.violations[problem] for problem in expected.problems}
    assert {(one.asset, one.field) for _, one in conflicts} == expected.conflicts
    assert told.outcomes == expected.outcomes
    assert (told.invalidated_cells, told.resolved_violations) == (len(cells), len(violations))
    return (
        told.outcomes.get(ChangeOutcome.APPLIED, 0),
        told.outcomes.get(ChangeOutcome.CONFLICT, 0),
        told.invalidated_cells,
        told.resolved_violations,
    )
