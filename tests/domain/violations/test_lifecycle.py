"""Random lives of violations on PostgreSQL, step by step beside a plain model of the state machine."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.bootstrap import Domain
from domain.db.uow import UnitsOfWork
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.pages import PageRequest
from domain.rules.model import RuleId, Severity
from domain.violations.filters import ViolationFilter
from domain.violations.findings import apply_findings
from domain.violations.history import HistoryKind
from domain.violations.model import Finding, Resolution, Violation, ViolationStatus, ViolationUpdate
from domain.violations.repository import ViolationRepository
from tests.domain.violations.plain_violation import PlainViolation
from tests.factories.violations import violations_in
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db

METRIC = "complete_values"
RUN = new_id()
ages = st.sampled_from([0, 0, 0, 90, 300]).map(lambda seconds: timedelta(seconds=seconds))
"""How long before now the data was read; a step is a minute."""
versions = st.sampled_from([1, 1, 1, 2])
wishes = st.sampled_from(
    [
        ViolationUpdate(ViolationStatus.OPEN),
        ViolationUpdate(ViolationStatus.ACKNOWLEDGED),
        ViolationUpdate(ViolationStatus.RESOLVED, Resolution.FIXED_IN_DATA),
        ViolationUpdate(ViolationStatus.RESOLVED, Resolution.ACCEPTED_RISK),
        ViolationUpdate(ViolationStatus.FALSE_POSITIVE),
    ]
)
steps = st.one_of(
    st.tuples(st.just("fail"), versions, ages),
    st.tuples(st.just("pass"), versions, ages),
    st.tuples(st.just("wish"), wishes),
    st.tuples(st.just("wish of all"), wishes),
    st.tuples(st.just("rate"), st.sampled_from(Severity)),
    st.tuples(st.just("supersede")),
    st.tuples(st.just("retire")),
)


class Life:
    """One check on one asset of its own, lived twice: in the database and in the plain model."""

    def __init__(self, domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock) -> None:
        self._domain, self._unit_of_work, self._actor, self._clock = domain, unit_of_work, actor, clock
        self._rule = RuleId(new_id())
        self._asset = Fqn.of("bank", "main", "public", f"t{self._rule.hex}")
        self.plain = PlainViolation()

    async def live(self, step: tuple[object, ...]) -> None:
        now = self._clock.advance(minutes=1)
        match step:
            case ("fail", int(version), timedelta() as age):
                await self._find(version, now - age, passed=False)
                self.plain.fail(version, now - age)
            case ("pass", int(version), timedelta() as age):
                await self._find(version, now - age, passed=True)
                self.plain.pass_(now - age)
            case ("wish", ViolationUpdate() as wish):
                await self._wish(wish, now)
            case ("wish of all", ViolationUpdate() as wish):
                changed = await self._domain.violations.update_matching(
                    self._actor, self._asset, ViolationFilter(), wish
                )
                assert wish.status
                assert bool(changed) == self.plain.move(wish.status, wish.resolution, now)
            case ("rate", Severity() as severity):
                await self._domain.violations.update_matching(
                    self._actor, self._asset, ViolationFilter(), ViolationUpdate(severity=severity)
                )
                self.plain.rate(severity)
            case ("supersede",):
                async with self._unit_of_work(self._actor) as uow:
                    await ViolationRepository(uow).resolve_superseded([METRIC], [self._asset], RUN)
                self.plain.supersede(now)
            case ("retire",):
                async with self._unit_of_work(self._actor) as uow:
                    await ViolationRepository(uow).resolve_retired([self._rule])
                self.plain.retire(now)

    async def _find(self, version: int, at: datetime, *, passed: bool) -> None:
        finding = Finding(
            str(self._rule), self._asset, METRIC, "completeness", passed, at, Severity.LOW, {}, self._rule, version
        )
        async with self._unit_of_work(self._actor) as uow:
            await apply_findings(uow, [finding], RUN)

    async def _wish(self, wish: ViolationUpdate, now: datetime) -> None:
        found = await self.stored()
        if found is None or wish.status is None:
            return
        (result,) = await self._domain.violations.update(self._actor, [found.id], wish)
        assert (result.violation is not None) == self.plain.move(wish.status, wish.resolution, now)

    async def stored(self) -> Violation | None:
        found = await violations_in(self._domain, self._actor, self._asset)
        assert len(found) <= 1, "one check and asset has one violation"
        return found[0] if found else None

    async def history(self) -> list[HistoryKind]:
        stored = await self.stored()
        if stored is None:
            return []
        page = await self._domain.read.violations.history(self._actor.tenant, stored.id, PageRequest(first=100))
        return [entry.kind for _, entry in reversed(page.items)]


@given(life=st.lists(steps, min_size=25, max_size=40))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_violation_lives_as_the_plain_model_does(
    life: list[tuple[object, ...]], timed_domain: Domain, unit_of_work: UnitsOfWork, actor: Actor, clock: HandClock
) -> None:
    lived = Life(timed_domain, unit_of_work, actor, clock)

    for step in life:
        await lived.live(step)

        stored, plain = await lived.stored(), lived.plain
        if plain.status is None:
            assert stored is None
            continue
        assert stored is not None
        assert (stored.status, stored.resolution) == (plain.status, plain.resolution)
        assert (stored.occurrences, stored.last_seen_at) == (plain.occurrences, plain.last_seen_at)
        assert (stored.resolved_at, stored.severity) == (plain.resolved_at, plain.severity)

    told = await lived.history()
    assert told == lived.plain.history
