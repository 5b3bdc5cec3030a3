"""What columns of one table do together. Where no nulls are meant, rows count in which all of them have a value."""

from dataclasses import dataclass

from domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class FunctionalDependency:
    """Rows that are equal in the determinants are mostly equal in the dependent."""

    determinants: tuple[str, ...]
    dependent: str
    rows: int
    violations: int
    """The fewest rows without which no two equal determinants have different dependents."""

    def __post_init__(self) -> None:
        if not 0 <= self.violations <= self.rows:
            raise Invalid("violations", f"{self.dependent}: {self.violations} violations among {self.rows} rows.")

    @property
    def violation_rate(self) -> float:
        """Share of the rows (the measure g3 of Kivinen and Mannila)."""
        return self.violations / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Correlation:
    """Of two columns of numbers, over the rows in which both are finite."""

    columns: tuple[str, str]
    rows: int
    pearson: float
    """-1 to 1, how far one number is a straight line of the other."""
    spearman: float | None = None
    """-1 to 1, how far they rise together, on any curve; None unless both have a number in every row."""

    def __post_init__(self) -> None:
        if any(abs(measure) > 1 for measure in (self.pearson, self.spearman or 0.0)):
            raise Invalid("correlations", f"{' and '.join(self.columns)}: a correlation lies between -1 and 1.")


@dataclass(frozen=True, slots=True)
class NullCooccurrence:
    """Of two columns whose values tend to be missing in the same rows."""

    columns: tuple[str, str]
    nulls: tuple[int, int]
    """Rows without a value, of the first column and of the second."""
    both: int
    """Rows in which both have no value."""

    def __post_init__(self) -> None:
        if not 0 < self.both <= min(self.nulls):
            raise Invalid("both", f"{' and '.join(self.columns)}: {self.both} rows of {self.nulls} lack both.")

    @property
    def share(self) -> float:
        """Of the rows in which at least one has no value."""
        return self.both / (sum(self.nulls) - self.both)

    @property
    def first_implies_second(self) -> float:
        """Share of the rows without the first that lack the second too."""
        return self.both / self.nulls[0]

    @property
    def second_implies_first(self) -> float:
        return self.both / self.nulls[1]


@dataclass(frozen=True, slots=True)
class OrderedPair:
    """Of two columns, numbers or moments: the first is mostly not larger than the last."""

    first: str
    last: str
    rows: int
    not_larger: int
    """Rows with first <= last."""
    smaller: int
    """Rows with first < last."""

    def __post_init__(self) -> None:
        if not 0 <= self.smaller <= self.not_larger <= self.rows:
            raise Invalid("smaller", f"{self.first}: {self.smaller} of {self.not_larger} of {self.rows} rows.")

    @property
    def share(self) -> float:
        return self.not_larger / self.rows if self.rows else 0.0

    @property
    def strict_share(self) -> float:
        return self.smaller / self.rows if self.rows else 0.0
