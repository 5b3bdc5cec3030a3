from dataclasses import dataclass

RUNS_A_CONNECTION = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a storm is. The same seed chooses the same victims, though machines differ in what they are at then."""

    runs: int = 50
    tables: int = 200
    faults: int = 50
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("runs", "tables", "faults"):
            if getattr(self, name) < 1:
                raise ValueError(f"--{name} is a number above 0.")

    @property
    def connections(self) -> int:
        return -(-self.runs // RUNS_A_CONNECTION)
