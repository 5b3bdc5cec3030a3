"""Compares a measured value with what the reference says of it, field by field, and misses no field."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any, Protocol, runtime_checkable

Expected = Any
"""A value, an `Admitting` one, or such by field, key or place."""
Facts = dict[str, Expected]
"""By the names of the fields and properties of a dataclass."""

PROFILE_MODULES = "domain.profiles."


@runtime_checkable
class Admitting(Protocol):
    """What more than one measured value fulfils."""

    def differences(self, measured: Any, path: str) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True)
class Close:
    value: float
    tolerance: float

    def differences(self, measured: Any, path: str) -> Iterator[str]:
        if not isinstance(measured, int | float) or not math.isclose(
            measured, self.value, rel_tol=0, abs_tol=self.tolerance
        ):
            yield f"{path}: {measured!r} is not {self.value!r} within {self.tolerance:.2g}"


@dataclass(frozen=True, slots=True)
class Within:
    """Between two ends, both included; None is no end."""

    low: Any
    high: Any = None

    def differences(self, measured: Any, path: str) -> Iterator[str]:
        if measured is None or measured < self.low or (self.high is not None and measured > self.high):
            yield f"{path}: {measured!r} is not within {self.low!r} and {self.high!r}"


@dataclass(frozen=True, slots=True)
class NoneOr:
    """Where double precision ends, a number may be missing."""

    otherwise: Expected

    def differences(self, measured: Any, path: str) -> Iterator[str]:
        if measured is not None:
            yield from differences(measured, self.otherwise, path)


@dataclass(frozen=True, slots=True)
class Spells:
    """A text that reads back as the number."""

    number: float
    read: Callable[[str], float] = float

    def differences(self, measured: Any, path: str) -> Iterator[str]:
        found = self.read(measured)
        if found != self.number and not (math.isnan(found) and math.isnan(self.number)):
            yield f"{path}: {measured!r} does not spell {self.number!r}"


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why something was left out, in whatever words, for all of `names` and any of `possible`."""

    names: frozenset[str]
    possible: frozenset[str] = frozenset()

    def differences(self, measured: Any, path: str) -> Iterator[str]:
        given = {name for name, reason in measured.items() if reason.strip()}
        if lacking := self.names - given:
            yield f"{path}: no reason for {sorted(lacking)}"
        if more := set(measured) - self.names - self.possible:
            yield f"{path}: left out {sorted(more)} without need"


@dataclass(frozen=True, slots=True)
class Findings:
    """What has to be found, what may be found, and in which order: a rank falls, or stays for any order."""

    identity: Callable[[Any], Hashable]
    certain: Mapping[Hashable, Expected]
    possible: Mapping[Hashable, Expected]
    rank: Callable[[Any], float]

    def differences(self, measured: Any, path: str) -> Iterator[str]:
        found = {self.identity(one): one for one in measured}
        if len(found) < len(measured):
            yield f"{path}: something is told twice"
        for identity in self.certain.keys() - found.keys():
            yield f"{path}: {identity} is missing"
        for identity, one in found.items():
            expected = self.certain.get(identity, self.possible.get(identity))
            if expected is None:
                yield f"{path}: {identity} should not be there"
            else:
                yield from differences(one, expected, f"{path}{identity}")
        ranks = [self.rank(one) for one in measured]
        if any(later > earlier + ROUNDING for earlier, later in pairwise(ranks)):
            yield f"{path}: not in order: {ranks}"


ROUNDING = 1e-9


def differences(measured: Any, expected: Expected, path: str = "") -> Iterator[str]:
    """In words; none when all is as expected. A field of a profile that the reference does not know is one."""
    if isinstance(expected, Admitting):
        yield from expected.differences(measured, path)
    elif is_dataclass(measured) and type(measured).__module__.startswith(PROFILE_MODULES):
        yield from _of_fields(measured, expected, path)
    elif isinstance(measured, Mapping) and isinstance(expected, Mapping):
        yield from _of_named(measured, expected, path)
    elif isinstance(measured, tuple) and isinstance(expected, Sequence):
        yield from _of_places(measured, expected, path)
    elif measured != expected or isinstance(measured, bool) != isinstance(expected, bool):
        yield f"{path}: {measured!r} is not {expected!r}"


def _of_fields(measured: Any, expected: Expected, path: str) -> Iterator[str]:
    if not isinstance(expected, dict):
        yield f"{path}: {measured!r} is not {expected!r}"
        return
    derived = (name for name, member in vars(type(measured)).items() if isinstance(member, property))
    names = (*(field.name for field in fields(measured)), *derived)
    yield from _of_named({name: getattr(measured, name) for name in names}, expected, path)


def _of_named(measured: Mapping[Any, Any], expected: Mapping[Any, Expected], path: str) -> Iterator[str]:
    for name in measured.keys() - expected.keys():
        yield f"{path}.{name}: the reference does not know it (measured {measured[name]!r})"
    for name in expected.keys() - measured.keys():
        yield f"{path}.{name}: it was not measured"
    for name in measured.keys() & expected.keys():
        yield from differences(measured[name], expected[name], f"{path}.{name}")


def _of_places(measured: Sequence[Any], expected: Sequence[Expected], path: str) -> Iterator[str]:
    if len(measured) != len(expected):
        yield f"{path}: {len(measured)} instead of {len(expected)}: {measured!r}"
        return
    for place, (one, other) in enumerate(zip(measured, expected, strict=True)):
        yield from differences(one, other, f"{path}[{place}]")
