"""Decides what profiling reads of a table, before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from domain.assets.model import AssetType, FoundTable
from domain.fqn import Fqn
from domain.runs.budget import BUDGET, Limits
from domain.runs.model import SAMPLING
from domain.settings import ProfilingSettings
from flows.sources.base import Sample


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a run asks for instead of the settings; None where it asks for nothing."""

    sample_threshold: int | None = None
    sample_size: int | None = None
    seed: int | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Sampling:  # those of the run's type
        return cls(**{name: parameters[name] for name in SAMPLING if name in parameters})


@dataclass(frozen=True, slots=True)
class ProfilePlan:
    """`sample` is None when all rows are read. A sample of a view, or of unknown rows, is a bound on the reading."""

    table: FoundTable
    sample: Sample | None
    reason: str

    @property
    def rows(self) -> int | None:
        """About as many are going to be read; None where nobody knows beforehand."""
        known = _known_rows(self.table)
        return known if known is None or self.sample is None else self.sample.rows

    def within(self, rows: int | None) -> ProfilePlan:
        """A reading of unknown rows ends with those that are left."""
        if rows is None or self.rows is not None or self.sample is None or self.sample.rows <= rows:
            return self
        return replace(self, sample=replace(self.sample, rows=rows))


def plan_profile(table: FoundTable, settings: ProfilingSettings, sampling: Sampling | None = None) -> ProfilePlan:
    asked = sampling or Sampling()
    threshold = asked.sample_threshold or settings.sample_threshold
    size = asked.sample_size or settings.sample_size
    seed = seed_of(table.fqn) if asked.seed is None else asked.seed
    rows = table.estimated_rows
    if rows is not None and rows > threshold:
        reason = f"about {rows:,} rows are more than sample_threshold ({threshold:,}): a sample of {size:,}"
        return ProfilePlan(table, Sample(size, seed), reason)
    if rows is None or _known_rows(table) is None:
        reason = f"the number of rows is not known beforehand: at most {threshold:,} are read"
        return ProfilePlan(table, Sample(threshold, seed), reason)
    return ProfilePlan(table, None, f"about {rows:,} rows are within sample_threshold ({threshold:,}): all are read")


def _known_rows(table: FoundTable) -> int | None:
    return None if table.type is AssetType.VIEW else table.estimated_rows


def limits_of(settings: ProfilingSettings, parameters: Mapping[str, Any]) -> Limits:  # as above
    """What the run asks for, and where it asks for nothing what the settings say."""
    asked = {name: parameters.get(name) for name in BUDGET}
    chosen = {name: getattr(settings, name) if value is None else value for name, value in asked.items()}
    return Limits(**{name.removeprefix("budget_"): value for name, value in chosen.items()})


def seed_of(table: Fqn) -> int:
    """The same for every run, so that two profiles of a table that rests are equal."""
    return crc32(str(table).encode())
