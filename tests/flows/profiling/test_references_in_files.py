"""References of sources whose tables declare nothing: what profiling finds does not depend on the engine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.profiles.model import InferredRelationship, Method, Reading
from domain.settings import ProfilingSettings
from flows.profiling.engine import ProfilingEngine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import plan_profile
from tests.flows.sources.engines import CsvFolder, DuckDb, Engine, ParquetFolder, Sqlite, opened

KEEPERS = [(1000 + 7 * number, f"k{number}") for number in range(1, 81)]
ANIMALS = [
    (number, 1000 + 7 * (1 + number % 80) if number % 50 else 5, number // 2 or None) for number in range(1, 301)
]
MEALS = [(number, animal, 1 + number % 9) for animal in range(1, 301) for number in range(1, 1 + animal % 3 + 1)]
NOTES = [(note, 1 + note % 2, 2 * note + 2) for note in range(1, 100)]


async def _fill(engine: Engine) -> None:
    await engine.make("keeper", {"number": "integer", "label": "varchar(20)"}, KEEPERS)
    await engine.make("animal", {"id": "integer", "fed_by": "integer", "grams": "integer"}, ANIMALS)
    await engine.make("meal", {"meal_no": "integer", "animal_id": "integer", "portions": "integer"}, MEALS)
    await engine.make("complaint", {"id": "integer", "meal_no": "integer", "animal_id": "integer"}, NOTES)


@pytest.mark.parametrize("kind", [Sqlite, DuckDb, CsvFolder, ParquetFolder])
async def test_references_between_tables_that_declare_no_key_are_found(
    kind: Callable[[Path], Engine], tmp_path: Path, engine: ProfilingEngine
) -> None:
    source_engine = kind(tmp_path)
    await _fill(source_engine)
    found: dict[str, tuple[InferredRelationship, ...]] = {}

    async with opened(source_engine) as source:
        tables = (await source.describe_schema(source_engine.schema)).tables
        neighbours = Neighbours(source, tables)
        for table in tables:
            profile = await profile_table(source, engine, plan_profile(table, ProfilingSettings()), neighbours)
            found[table.fqn.name] = profile.relationships

    shown = {
        name: [(one.columns, one.referenced_table.name, one.referenced_columns, one.orphans) for one in several]
        for name, several in found.items()
    }
    assert shown == {
        "keeper": [],
        "animal": [(("fed_by",), "keeper", ("number",), 6)],
        "meal": [(("animal_id",), "animal", ("id",), 0)],
        "complaint": [(("meal_no", "animal_id"), "meal", ("meal_no", "animal_id"), 16)],
    }
    (fed_by,) = found["animal"]
    assert (fed_by.checked, fed_by.reading) == (300, Reading(Method.EXACT, 300, 300))
    assert fed_by.containment == pytest.approx(294 / 300)
