"""Rules, and results of them."""

from datetime import datetime

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.rules.model import (
    DqRule,
    Evaluation,
    Executed,
    Outcome,
    RuleDefinition,
    RuleKind,
    RuleProposal,
    RuleState,
    Severity,
    meaning,
)
from domain.runs.model import RunType
from tests.factories.assets import FOUND_AT
from tests.factories.runs import request_run


def not_null(table: Fqn, column: str = "amount", severity: Severity = Severity.HIGH) -> RuleDefinition:
    return RuleDefinition(RuleKind.NOT_NULL, table, (column,), severity=severity)


def unique(table: Fqn, column: str = "id") -> RuleDefinition:
    return RuleDefinition(RuleKind.UNIQUE, table, (column,))


def evaluation(at: datetime, *, evaluated: int = 100, failed: int = 0) -> Evaluation:
    return Evaluation(at, evaluated, failed, Outcome.FAILED if failed else Outcome.PASSED)


def proposal(definition: RuleDefinition) -> RuleProposal:
    return RuleProposal(
        definition, meaning(definition), "It held in the profile.", 0.8, {"nulls": 0}, evaluation(FOUND_AT), "profile"
    )


async def proposed_rules(domain: Domain, actor: Actor, table: Fqn, *definitions: RuleDefinition) -> list[DqRule]:
    """Drafts, as a run of rule generation leaves them."""
    run = await request_run(domain, actor, RunType.DQ_RULE_GENERATION, table)
    await domain.items.open_items(actor, run.id)
    await domain.items.finish_generated(actor, run.id, table, [proposal(one) for one in definitions], [])
    drafts = await domain.read.rules.of_table(actor.tenant, table, RuleState.DRAFT)
    wanted = {(one.kind, one.columns) for one in definitions}
    return [rule for rule in drafts if (rule.definition.kind, rule.definition.columns) in wanted]


async def active_rules(domain: Domain, actor: Actor, table: Fqn, *definitions: RuleDefinition) -> list[DqRule]:
    drafts = await proposed_rules(domain, actor, table, *definitions)
    return list(await domain.rule_states.change(actor, [rule.id for rule in drafts], RuleState.ACTIVE))


def executed(rule: DqRule, at: datetime, *, evaluated: int = 100, failed: int = 0) -> Executed:
    return Executed(rule.id, rule.version, evaluation(at, evaluated=evaluated, failed=failed))


async def assess(domain: Domain, actor: Actor, table: Fqn, *results: Executed, scored: bool = True) -> None:
    """Store the results of a data-quality assessment (or a mere execution) of one table."""
    run_type = RunType.DQ_ASSESSMENT if scored else RunType.DQ_EXECUTION
    run = await request_run(domain, actor, run_type, table)
    await domain.items.open_items(actor, run.id)
    await domain.assessments.finish_executed(actor, run.id, table, results, scored=scored)
