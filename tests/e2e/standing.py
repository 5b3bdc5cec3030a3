"""What saving a profiling run may change about a source, and what it may not."""

from dataclasses import dataclass
from typing import Any

from tests.e2e import bank
from tests.e2e.client import GraphQL
from tests.e2e.sources import Source

Lines = dict[str, dict[str, Any]]  # the scorecard's, as the API answers them, by dimension


@dataclass(frozen=True, slots=True)
class Standing:
    """`violations` are the open ones of data quality, by id; `others` are the lines that saving must leave alone."""

    quality: Lines
    violations: frozenset[str]
    others: tuple[Lines, Lines]

    def states(self) -> dict[str, str]:
        return {name: line["state"] for name, line in self.quality.items()}


async def standing(api: GraphQL, source: Source) -> Standing:
    quality = await bank.dimensions(api, source.schema, "DATA_QUALITY")
    opened = await bank.violations(api, source.schema, "OPEN")
    return Standing(
        quality,
        frozenset(one["id"] for one in opened if one["dimension"]["name"] in quality),
        (
            await bank.dimensions(api, source.schema, "METADATA"),
            await bank.dimensions(api, source.elsewhere, "DATA_QUALITY"),
        ),
    )


def invalidated(quality: Lines) -> Lines:
    """The same lines when everything that was scored waits for the next assessment."""
    return {name: _pending(line) if line["state"] == "SCORED" else line for name, line in quality.items()}


def _pending(line: dict[str, Any]) -> dict[str, Any]:
    waiting = line["assetsAssessed"] + line["assetsPending"]
    empty = {"score": None, "numerator": 0, "denominator": 0, "assetsAssessed": 0, "assetsPending": waiting}
    return line | {"state": "PENDING"} | empty
