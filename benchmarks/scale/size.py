from dataclasses import dataclass, fields

METRICS = ("complete_values", "unique_values", "valid_values", "accurate_values", "consistent_rows", "sound_references")
"""Six that a profiling run makes stale; each is measured on every table and every column."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is. Beside it each table is an asset of its own, next to its columns."""

    schemas: int = 100
    tables: int = 100
    """In each schema."""
    columns: int = 20
    """In each table."""
    snapshots: int = 10_000_000
    violations: int = 10_000_000
    open_violations: int = 100_000

    def __post_init__(self) -> None:
        if any(getattr(self, field.name) < 1 for field in fields(self)):
            raise ValueError("Every number is at least 1.")
        if self.open_violations > self.troubled_columns * self.slots:
            raise ValueError(
                f"{self.open_violations:,} open violations do not fit into {self.troubled_schemas} schemas."
            )

    @property
    def all_columns(self) -> int:
        return self.schemas * self.tables * self.columns

    @property
    def cells(self) -> int:
        return self.schemas * self.tables * (self.columns + 1) * len(METRICS)

    @property
    def rounds(self) -> int:
        """So often was everything assessed."""
        return -(-self.snapshots // self.cells)

    @property
    def slots(self) -> int:
        """So many checks have failed on each column."""
        return -(-self.violations // self.all_columns)

    @property
    def troubled_schemas(self) -> int:
        """The first ones have all that is open; of the default size their cells are 100,000 as well."""
        return -(-self.schemas * 8 // 100)

    @property
    def troubled_columns(self) -> int:
        return self.troubled_schemas * self.tables * self.columns
