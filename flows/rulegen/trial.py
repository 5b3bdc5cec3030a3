"""Candidates are tried on the data before anybody sees them."""

from collections.abc import Sequence
from datetime import datetime

from domain.assets.model import FoundTable
from domain.rules.model import Evaluation, Outcome, RuleProposal, meaning
from flows.assessment.evaluate import evaluate
from flows.rulegen.candidate import Candidate
from flows.sources.base import Source


async def tried(
    source: Source,
    table: FoundTable,
    candidates: Sequence[Candidate],
    observed_at: datetime,
    masked_columns: frozenset[str],
) -> tuple[RuleProposal, ...]:
    """The candidates that can be evaluated and fail on no more rows than faults in the data explain."""
    rules = [candidate.definition for candidate in candidates]
    trials = await evaluate(source, table, rules, observed_at, masked_columns)
    pairs = zip(candidates, trials, strict=True)
    return tuple(_proposal(candidate, trial) for candidate, trial in pairs if _holds(candidate, trial))


def _holds(candidate: Candidate, trial: Evaluation) -> bool:
    return trial.outcome is not Outcome.ERROR and trial.failed <= candidate.tolerance * trial.evaluated


def _proposal(candidate: Candidate, trial: Evaluation) -> RuleProposal:
    return RuleProposal(
        definition=candidate.definition,
        meaning=meaning(candidate.definition),
        rationale=candidate.rationale,
        confidence=candidate.confidence,
        evidence=candidate.evidence,
        trial=trial,
        origin=candidate.origin,
    )
