from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of all do not exceed: a value that was measured, not one between two."""
    ranked = sorted(values)
    place = -(-len(ranked) * percent // 100)
    return ranked[max(int(place), 1) - 1]
