"""A rule that might be worth having, before it has been tried on the data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.rules.model import RuleDefinition

USUAL_TOLERANCE = 0.10


@dataclass(frozen=True, slots=True)
class Candidate:
    definition: RuleDefinition
    rationale: str
    confidence: float
    """0 to 1: how likely the rule is to hold on clean data of this kind."""
    evidence: Mapping[str, object] = field(default_factory=dict)
    """What it rests on: shares and counts. Never a value of a personal column."""
    tolerance: float = USUAL_TOLERANCE
    """Largest share of failing rows that is taken for faults in the data; above it, the rule is at fault."""
    origin: str = "profile"
    """`profile`, or the provider and model that suggested it."""


def support(held: float, counted: int, prior: float = 1.0) -> float:
    """Confidence from a share that was seen: few rows prove little, and no count proves all."""
    return round(prior * (held * counted + 1) / (counted + 2), 3)
