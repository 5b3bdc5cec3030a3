"""Rules that people write, and change."""

from domain.access.model import require
from domain.audit.repository import record
from domain.db.uow import UnitOfWork, UnitsOfWork
from domain.errors import Conflict, Invalid, VersionConflict
from domain.events import RulesChanged
from domain.identity import Actor, Permission
from domain.metrics.repository import MetricRepository
from domain.rules.model import DqRule, RuleEdit, RuleId, RuleState, WrittenRule, meaning
from domain.rules.repository import RuleRepository, to_model
from domain.rules.subjects import check_subjects
from domain.rules.tables import DqRuleRow
from domain.rules.written import write_definition

_KEPT = (RuleState.DRAFT, RuleState.ACTIVE, RuleState.PAUSED)


class RuleService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def create(self, actor: Actor, written: WrittenRule) -> DqRule:
        """Refuses a rule on what the catalogue does not have, and one that checks what another one checks already."""
        require(actor, Permission.WRITE)
        definition = written.definition
        async with self._unit_of_work(actor) as uow:
            await check_subjects(uow, definition)
            await _check_dimension(uow, definition.dimension)
            rules = RuleRepository(uow)
            for known in await rules.of_table(definition.table, *_KEPT):
                if known.definition.signature == definition.signature:
                    raise Conflict(f"Rule {known.id}, which is {known.state}, checks the same: change it instead.")
            rule = await rules.add(written, RuleState.ACTIVE if written.is_active else RuleState.DRAFT)
            record(uow, "create", "rule", str(rule.id), after={"state": rule.state, **write_definition(definition)})
            uow.emit(_changed(rule))
            return rule

    async def update(self, actor: Actor, rule_id: RuleId, expected_version: int, edit: RuleEdit) -> DqRule:
        """A new version. What older ones found stays until the rule is evaluated again."""
        require(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            rules = RuleRepository(uow)
            row = await rules.lock_one(rule_id)
            before = _current(row, expected_version)
            definition = edit.applied_to(before.definition)
            rationale = before.rationale if edit.rationale is None else edit.rationale
            if (definition, rationale) == (before.definition, before.rationale):
                return before
            row.definition, row.severity, row.meaning = (
                write_definition(definition),
                definition.severity,
                meaning(definition),
            )
            row.rationale, row.version, row.updated_at = rationale, row.version + 1, uow.clock()
            rules.remember(row)
            record(
                uow,
                "update",
                "rule",
                str(rule_id),
                before={"rationale": before.rationale, **write_definition(before.definition)},
                after={"rationale": rationale, **row.definition},
            )
            rule = to_model(row)
            uow.emit(_changed(rule))
            return rule


def _current(row: DqRuleRow, expected_version: int) -> DqRule:
    rule = to_model(row)
    if rule.version != expected_version:
        raise VersionConflict("Rule", str(rule.id), expected_version, rule.version)
    if rule.state is RuleState.RETIRED:
        raise Conflict(f"Rule {rule.id} is RETIRED for good; write a new one.")
    return rule


async def _check_dimension(uow: UnitOfWork, dimension: str) -> None:
    scored = await MetricRepository(uow).metric_of_dimension()
    if dimension not in scored:
        raise Invalid("dimension", f"Rules score {', '.join(sorted(scored))}, not {dimension}.")


def _changed(rule: DqRule) -> RulesChanged:
    return RulesChanged(scopes=(str(rule.definition.asset),), rule_ids=(rule.id,), state=rule.state)
