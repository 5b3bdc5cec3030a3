"""What a reader of the database sees, held against the paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from domain.assets.queries import AssetFilter
from domain.fqn import TABLE_DEPTH, Fqn
from domain.metrics.model import Scorecard
from domain.runs.model import REVIEWED
from domain.violations.model import Violation
from tests.domain.governance.house import ALL, House
from tests.domain.governance.plain_scores import Card, Line, Noted, added_up
from tests.domain.governance.plain_world import PlainWorld
from tests.factories.violations import violations_in

BANK = Fqn.of("bank")
ROUNDING = Fraction(1, 10**24)
"""A score has 28 digits; of the few that are added up here, the last ones may differ."""
BUCKETS = 3
KEPT = """
SELECT table_fqn, metric, numerator, denominator, assets_assessed, assets_pending, observed_at
  FROM table_score WHERE project_id = $1
"""


async def compare_assets(house: House, world: PlainWorld) -> None:
    numbers = {run_id: number for number, run_id in house.runs.items()}
    wanted = AssetFilter(include_deleted=True)
    page = await house.domain.read.assets.page(house.actor.tenant, BANK, wanted, ALL)
    found = {asset.fqn: asset for _, asset in page.items}
    assert found.keys() == world.catalogue.assets.keys()
    for fqn, plain in world.catalogue.assets.items():
        asset = found[fqn]
        assert (asset.version, asset.deleted_at) == (plain.version, plain.deleted_at), fqn
        assert {
            str(name): (one.value, one.origin, one.confidence, numbers.get(one.run_id))  # type: ignore[call-overload]
            for name, one in asset.fields.items()
        } == {
            str(name): (one.value, one.origin, one.confidence, one.run) for name, one in plain.content.fields.items()
        }, fqn


async def compare_violations(house: House, world: PlainWorld) -> None:
    """Also learns the ids of new ones; those that are known stay for ever."""
    stored = await violations_in(house.domain, house.actor, BANK)
    of_check: defaultdict[tuple[str, Fqn], list[Violation]] = defaultdict(list)
    for one in stored:
        of_check[house.number_of_check(one.check), one.asset].append(one)
    ids = []
    for problem in world.problems.all:
        own = of_check[problem.check, problem.asset]
        assert own, f"no violation of {problem.check} on {problem.asset}"
        one = own.pop(0)
        ids.append(one.id)
        life = problem.life
        assert (one.status, one.resolution) == (life.status, life.resolution), problem
        assert (one.occurrences, one.last_seen_at, one.resolved_at) == (
            life.occurrences, life.last_seen_at, life.resolved_at,
        ), problem  # fmt: skip
    assert len(ids) == len(stored), "a violation that nothing explains"
    assert ids[: len(house.violations)] == house.violations
    house.violations = ids


async def compare_reviews(house: House, world: PlainWorld) -> None:
    reviewed = [run for run in world.runs.values() if run.type in REVIEWED]
    approvals = await house.domain.read.runs.approvals(house.actor.tenant, [house.runs[run.number] for run in reviewed])
    for run in reviewed:
        one = approvals[house.runs[run.number]]
        assert (one.status, one.version, one.undone_at is not None) == (run.status, run.version, run.was_undone)
        assert (one.applied, one.conflicts, one.invalidated_cells, one.resolved_violations) == run.counts
    rules = await house.domain.read.rules.by_ids(house.actor.tenant, [rule.id for rule in house.rules.values()])
    assert {number: rules[rule.id].state for number, rule in house.rules.items()} == {
        number: rule.state for number, rule in world.rules.items()
    }


async def compare_changes(house: House, world: PlainWorld, numbers: Iterable[int]) -> None:
    for number in numbers:
        assert {
            (one.asset, one.field): (one.decision, one.outcome, None if one.rule_id else one.after)
            for one in await house.changes(number)
        } == {
            (one.asset, str(one.field)): (one.decision, one.outcome, None if one.rule is not None else one.after)
            for one in world.runs[number].changes
        }


async def compare_cells(house: House, world: PlainWorld, moment: datetime | None = None) -> None:
    page = await house.domain.read.scorecards.cells(house.actor.tenant, BANK, moment, ALL)
    assert {
        (one.metric, one.asset): (one.score.numerator, one.score.denominator, one.observed_at) for _, one in page.items
    } == {(one.metric, one.asset): (one.good, one.of, one.at) for one in world.cells(moment)}
    assert not page.has_next


async def compare_sums(house: House, world: PlainWorld) -> None:
    """The sums of every table, as they are kept."""
    rows = await house.sql.fetch(KEPT, house.actor.tenant.project_id)
    by_table: defaultdict[tuple[str, str], list[Noted]] = defaultdict(list)
    for cell in world.cells():
        by_table[str(cell.asset.up_to(TABLE_DEPTH)), cell.metric].append(cell)
    assert {(row[0], row[1]): Line(*row[2:]) for row in map(tuple, rows)} == {
        key: added_up(cells) for key, cells in by_table.items()
    }


async def compare_card(house: House, world: PlainWorld, scope: Fqn) -> None:
    """The kept sums and the log say the same, to the last digit, and both what the paper says."""
    read = house.domain.read.scorecards.scorecard
    kept = await read(house.actor.tenant, scope)
    recomputed = await read(house.actor.tenant, scope, world.horizon)
    assert (kept.dimensions, kept.value, kept.state) == (recomputed.dimensions, recomputed.value, recomputed.state)
    assert_same(kept, world.card(scope))


async def compare_past(house: House, world: PlainWorld, scope: Fqn, moment: datetime) -> None:
    """Both as it was then and as the log says that it is now."""
    for then in (moment, world.horizon):
        await compare_cells(house, world, then)
    card = await house.domain.read.scorecards.scorecard(house.actor.tenant, scope, moment)
    assert_same(card, world.card(scope, moment))


async def compare_children(house: House, world: PlainWorld, scope: Fqn) -> None:
    """Each child has its own scorecard, and what all of them take away is what the scope lacks."""
    children = await house.domain.read.comparisons.children(house.actor.tenant, scope)
    whole, cells = world.card(scope), [cell for cell in world.cells() if scope.covers(cell.asset)]
    parts: defaultdict[Fqn, list[Noted]] = defaultdict(list)
    for cell in cells:
        parts[cell.asset if scope.depth >= TABLE_DEPTH else cell.asset.up_to(scope.depth + 1)].append(cell)
    assert {one.card.scope for one in children} == parts.keys()
    assert children == sorted(children, key=lambda one: (-one.lost, one.card.scope))
    for one in children:
        part = world.scores.card(parts[one.card.scope], one.card.scope, None)
        assert_same(one.card, part)
        assert_close(one.lost, whole.lost_to(part))
    if whole.value is not None:
        assert_close(sum((one.lost for one in children), Decimal(0)), 1 - whole.value)


async def compare_trend(house: House, world: PlainWorld, scope: Fqn, begin: datetime) -> None:
    """By the weights of the end, and as if no Save that was undone by then had ever been."""
    end = world.now
    points = await house.domain.read.comparisons.trend(house.actor.tenant, scope, begin, end, BUCKETS)
    assert [point.as_of for point in points] == [begin + (end - begin) * n / BUCKETS for n in range(1, BUCKETS)] + [end]
    for point in points:
        assert_same(point, world.scores.card(world.cells(point.as_of, known_at=end), scope, end))


def assert_same(card: Scorecard, plain: Card) -> None:
    for one in card.dimensions:
        line, expected = one.line, plain.lines.get(one.dimension.name, Line())
        assert (line.score.numerator, line.score.denominator) == (expected.good, expected.of), one.dimension.name
        assert (line.assets_assessed, line.assets_pending) == (expected.assessed, expected.pending)
        assert (line.observed_at, line.state) == (expected.newest, expected.state)
    if plain.value is None:
        assert card.value is None
    else:
        assert card.value is not None
        assert_close(card.value, plain.value)


def assert_close(real: Decimal, expected: Fraction) -> None:
    assert abs(Fraction(real) - expected) < ROUNDING
