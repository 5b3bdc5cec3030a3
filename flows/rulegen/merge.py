"""One rule per question: among the candidates, and against the rules that exist."""

from collections.abc import Sequence

from domain.rules.model import RuleDefinition
from flows.rulegen.candidate import Candidate


def merge(candidates: Sequence[Candidate], existing: Sequence[RuleDefinition]) -> list[Candidate]:
    """Of candidates with the same signature the most confident stays, at a draw the first one."""
    taken = {rule.signature for rule in existing}
    best: dict[tuple[object, ...], Candidate] = {}
    for candidate in candidates:
        signature = candidate.definition.signature
        known = best.get(signature)
        if signature not in taken and (known is None or candidate.confidence > known.confidence):
            best[signature] = candidate
    return list(best.values())
