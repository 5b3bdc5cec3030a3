"""Evaluates the active rules of a table: for `execute-dq-rules` and `assess-dq` alike."""

from domain.assets.model import AssetField, PiiClass
from domain.clock import utc_now
from domain.fqn import Fqn
from domain.rules.model import Executed, RuleState
from flows.assessment.evaluate import evaluate
from flows.runtime import Run, patiently
from flows.sources.base import Source


async def run_active_rules(run: Run, source: Source, fqn: Fqn, *, scored: bool) -> None:
    """Evaluate, and store the results with their violations (and scores) in one transaction."""
    read, tenant = run.domain.read, run.actor.tenant
    rules = await patiently(lambda: read.rules.of_table(tenant, fqn, RuleState.ACTIVE))
    context = await patiently(lambda: read.assets.table(tenant, fqn))
    personal = frozenset(
        column.fqn.name for column in context.columns if column.value(AssetField.PII_CLASS) not in {None, PiiClass.NONE}
    )
    observed_at = utc_now()
    table = await source.describe_table(fqn)
    evaluations = await evaluate(source, table, [rule.definition for rule in rules], observed_at, personal)
    executed = [
        Executed(rule.id, rule.version, evaluation) for rule, evaluation in zip(rules, evaluations, strict=True)
    ]
    await patiently(
        lambda: run.domain.assessments.finish_executed(run.actor, run.record.id, fqn, executed, scored=scored)
    )
