"""Evaluates the active rules of a table, for `execute-dq-rules` and `assess-dq` alike, or one that is tried."""

from collections.abc import Sequence

from domain.assets.model import AssetField, PiiClass
from domain.clock import utc_now
from domain.fqn import Fqn
from domain.rules.model import Evaluation, Executed, RuleDefinition, RuleState
from domain.rules.written import read_definition
from domain.runs.model import TRIAL
from flows.assessment.evaluate import evaluate
from flows.runtime import Run, patiently
from flows.sources.base import Source


async def run_active_rules(run: Run, source: Source, fqn: Fqn, *, scored: bool) -> None:
    """Evaluate, and store the results with their violations (and scores) in one transaction."""
    rules = await patiently(lambda: run.domain.read.rules.of_table(run.actor.tenant, fqn, RuleState.ACTIVE))
    evaluations = await evaluate_now(run, source, fqn, [rule.definition for rule in rules])
    executed = [
        Executed(rule.id, rule.version, evaluation) for rule, evaluation in zip(rules, evaluations, strict=True)
    ]
    await patiently(
        lambda: run.domain.assessments.finish_executed(run.actor, run.record.id, fqn, executed, scored=scored)
    )


async def try_rule(run: Run, source: Source, fqn: Fqn) -> None:
    """Evaluate the rule that the run is to try, and keep what it said with the run."""
    (evaluation,) = await evaluate_now(run, source, fqn, [read_definition(run.record.parameters[TRIAL])])
    await patiently(lambda: run.domain.trials.finish(run.actor, run.record.id, fqn, evaluation))


async def evaluate_now(
    run: Run, source: Source, fqn: Fqn, definitions: Sequence[RuleDefinition]
) -> Sequence[Evaluation]:
    """Keys of failing rows that are personal do not leave the source."""
    context = await patiently(lambda: run.domain.read.assets.table(run.actor.tenant, fqn))
    personal = frozenset(
        column.fqn.name for column in context.columns if column.value(AssetField.PII_CLASS) not in {None, PiiClass.NONE}
    )
    observed_at = utc_now()
    return await evaluate(source, await source.describe_table(fqn), definitions, observed_at, personal)
