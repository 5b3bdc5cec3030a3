"""Activating, pausing and retiring rules: here, because what a retired rule found is resolved with it."""

from collections.abc import Sequence

from domain.access.model import require
from domain.audit.repository import record
from domain.db.uow import UnitsOfWork
from domain.errors import Conflict, NotFound
from domain.events import RulesChanged, ViolationsChanged
from domain.identity import Actor, Permission
from domain.rules.model import DqRule, RuleId, RuleState
from domain.rules.repository import RuleRepository, to_model
from domain.violations.repository import ViolationRepository

_FROM: dict[RuleState, frozenset[RuleState]] = {
    RuleState.ACTIVE: frozenset({RuleState.DRAFT, RuleState.PAUSED}),
    RuleState.PAUSED: frozenset({RuleState.ACTIVE}),
    RuleState.RETIRED: frozenset({RuleState.DRAFT, RuleState.ACTIVE, RuleState.PAUSED}),
}


class RuleStateService:
    def __init__(self, unit_of_work: UnitsOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def change(self, actor: Actor, ids: Sequence[RuleId], state: RuleState) -> Sequence[DqRule]:
        """Activate, pause or retire rules; all of them or none. Retiring resolves what they found."""
        require(actor, Permission.WRITE)
        async with self._unit_of_work(actor) as uow:
            rules = RuleRepository(uow)
            rows = await rules.lock(ids)
            for rule_id in ids:
                if rule_id not in rows:
                    raise NotFound("rule", str(rule_id))
                current = RuleState(rows[rule_id].state)
                if current is not state and current not in _FROM.get(state, frozenset()):
                    raise Conflict(f"Rule {rule_id} is {current} and cannot become {state}.")
                record(uow, state.lower(), "rule", str(rule_id), before={"state": current}, after={"state": state})
            scopes = tuple(sorted({row.asset_fqn for row in rows.values()}))
            for row in rows.values():
                row.state, row.updated_at = state, uow.clock()
            uow.emit(RulesChanged(scopes=scopes, rule_ids=tuple(ids), state=state))
            if state is RuleState.RETIRED and (resolved := await ViolationRepository(uow).resolve_retired(ids)):
                uow.emit(ViolationsChanged(scopes=scopes, resolved=resolved))
            return [to_model(rows[rule_id]) for rule_id in ids]
