"""Changing what is scored and how much it counts. Every change is a new version; what was scored before stays so."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.dialects.postgresql import insert

from domain.access.model import require_for_all
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import Invalid, NotFound, VersionConflict
from domain.events import ScoringChanged
from domain.identity import Actor, Permission
from domain.metrics.model import (
    AssessmentType,
    Dimension,
    Invalidation,
    Metric,
    check_description,
    check_target,
    check_weights,
)
from domain.metrics.repository import MetricRepository, to_dimension, to_invalidation, to_metric
from domain.metrics.tables import DimensionRow, InvalidationRow, MetricRow

V = TypeVar("V", DimensionRow, MetricRow, InvalidationRow)


class MetricService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def update_dimension(
        self,
        actor: Actor,
        name: str,
        expected_version: int,
        *,
        weight: Decimal | None = None,
        description: str | None = None,
    ) -> Dimension:
        """Give a dimension another weight or description; what is None stays as it is."""
        require_for_all(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            known = await MetricRepository(uow).dimensions()
            row = _current("dimension", name, known, expected_version)
            changed: dict[str, object] = {}
            if weight is not None:
                check_weights("weight", {**{key: one.weight for key, one in known.items()}, name: weight})
                changed["weight"] = weight
            if description is not None:
                changed["description"] = check_description(description)
            return to_dimension(await _add_version(uow, row, name, changed))

    async def update_metric(
        self,
        actor: Actor,
        name: str,
        expected_version: int,
        *,
        target: Decimal | None = None,
        clear_target: bool = False,
        description: str | None = None,
    ) -> Metric:
        """Give a metric a target (0 to 1) or another description; what is None stays, unless the target is cleared."""
        require_for_all(actor, Permission.WRITE)
        if clear_target and target is not None:
            raise Invalid("target", "Give a target or clear it, not both.")
        async with self._unit_of_work(actor) as uow:
            row = _current("metric", name, await MetricRepository(uow).metrics(), expected_version)
            changed: dict[str, object] = {}
            if target is not None or clear_target:
                changed["target"] = check_target(target)
            if description is not None:
                changed["description"] = check_description(description)
            return to_metric(await _add_version(uow, row, name, changed))

    async def set_invalidation(
        self, actor: Actor, run_type: str, assessment_types: Sequence[AssessmentType], expected_version: int
    ) -> Invalidation:
        """Say what saving a run of this type makes stale; nothing, when no assessment type is given."""
        require_for_all(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            row = _current("invalidation", run_type, await MetricRepository(uow).invalidations(), expected_version)
            changed = {"assessment_types": sorted(set(assessment_types))}
            return to_invalidation(await _add_version(uow, row, run_type, changed))


def _current(kind: str, key: str, known: Mapping[str, V], expected_version: int) -> V:
    if key not in known:
        raise NotFound(kind, key)
    if known[key].version != expected_version:
        raise VersionConflict(kind.capitalize(), key, expected_version, known[key].version)
    return known[key]


async def _add_version(uow: UnitOfWork, row: V, key: str, changed: Mapping[str, object]) -> V:
    """The next version; two who make it at once: the second one is told so."""
    kind = str(row.__tablename__)
    if not changed:
        raise Invalid("input", f"Say what is to change about the {kind}.")
    before = row.model_dump()
    values = {**before, **changed, "version": row.version + 1, "since": uow.clock(), "changed_by": uow.actor.name}
    statement = insert(type(row)).values(values).on_conflict_do_nothing().returning(type(row))
    added = (await uow.session.scalars(statement)).one_or_none()
    if added is None:
        raise VersionConflict(kind.capitalize(), key, row.version, row.version + 1)
    record(
        uow,
        "update",
        kind,
        key,
        before={name: before[name] for name in (*changed, "version")},
        after={name: values[name] for name in (*changed, "version")},
    )
    uow.emit(ScoringChanged(kind=kind, key=key, version=added.version))
    return added
