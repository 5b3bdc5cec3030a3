"""Decides what profiling reads of a table, before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from domain.assets.model import AssetType, FoundTable
from domain.fqn import Fqn
from domain.settings import ProfilingSettings
from flows.sources.base import Sample


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a run asks for instead of the settings; None where it asks for nothing."""

    sample_threshold: int | None = None
    sample_size: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class ProfilePlan:
    """`sample` is None when all rows are read. A sample of a view, or of unknown rows, is a bound on the reading."""

    table: FoundTable
    sample: Sample | None
    reason: str


def plan_profile(table: FoundTable, settings: ProfilingSettings, sampling: Sampling | None = None) -> ProfilePlan:
    asked = sampling or Sampling()
    threshold = asked.sample_threshold or settings.sample_threshold
    size = asked.sample_size or settings.sample_size
    seed = seed_of(table.fqn) if asked.seed is None else asked.seed
    rows = table.estimated_rows
    if rows is not None and rows > threshold:
        reason = f"about {rows:,} rows are more than sample_threshold ({threshold:,}): a sample of {size:,}"
        return ProfilePlan(table, Sample(size, seed), reason)
    if rows is None or table.type is AssetType.VIEW:
        reason = f"the number of rows is not known beforehand: at most {threshold:,} are read"
        return ProfilePlan(table, Sample(threshold, seed), reason)
    return ProfilePlan(table, None, f"about {rows:,} rows are within sample_threshold ({threshold:,}): all are read")


def seed_of(table: Fqn) -> int:
    """The same for every run, so that two profiles of a table that rests are equal."""
    return crc32(str(table).encode())
