"""A table of a warehouse is profiled as one of any source, and its profile says what the engine could not."""

from collections.abc import Callable

import pytest

from domain.connections.kinds import KINDS
from domain.connections.model import ConnectionKind
from domain.profiles.model import Method
from domain.settings import ProfilingSettings
from flows.profiling.engine import open_engine
from flows.profiling.measure import profile_table
from flows.profiling.neighbours import Neighbours
from flows.profiling.plan import Sampling, plan_profile
from flows.sources.warehouses.engines import WAREHOUSES
from tests.flows.sources.engines import InWarehouse, opened

EngineOf = Callable[[ConnectionKind], InWarehouse]


@pytest.mark.parametrize("kind", WAREHOUSES)
async def test_a_table_is_profiled_exactly_and_its_references_are_found(
    kind: ConnectionKind, engine_of: EngineOf
) -> None:
    engine = engine_of(kind)
    await engine.make("customer", {"id": "integer"}, [(number,) for number in range(1, 101)])
    rows = [(number, 1 + number % 100, "x" if number % 4 else None) for number in range(400)]
    await engine.make("purchase", {"id": "integer", "customer_id": "integer", "note": "varchar(20)"}, rows)

    async with opened(engine) as source, open_engine(256) as local:
        tables = (await source.describe_schema(engine.schema)).tables
        (purchase,) = (table for table in tables if table.fqn.name == "purchase")
        plan = plan_profile(purchase, ProfilingSettings())
        profile = await profile_table(source, local, plan, Neighbours(source, list(tables)))

    columns = {column.name: column for column in profile.columns}
    assert (profile.row_count.value, profile.reading.method, profile.reading.seed) == (400, Method.EXACT, None)
    assert (columns["note"].non_null, columns["customer_id"].distinct.value) == (300, 100)
    assert columns["id"].is_candidate_key
    assert [(found.columns, found.referenced_table.name) for found in profile.relationships] == [
        (("customer_id",), "customer")
    ]


@pytest.mark.parametrize("kind", WAREHOUSES)
async def test_a_sample_says_whether_it_can_be_drawn_again_and_why_it_has_no_intervals(
    kind: ConnectionKind, engine_of: EngineOf
) -> None:
    engine, capabilities = engine_of(kind), KINDS[kind].capabilities
    await engine.make("orders", {"id": "integer"}, [(number,) for number in range(5_000)])

    async with opened(engine) as source, open_engine(256) as local:
        table = await source.describe_table(engine.schema.child("orders"))
        plan = plan_profile(table, ProfilingSettings(), Sampling(sample_threshold=1_000, sample_size=1_000, seed=7))
        profile = await profile_table(source, local, plan)

    (column,) = profile.columns
    assert (profile.reading.method, profile.row_count.value) == (Method.SAMPLED, 5_000)
    assert profile.reading.seed == (7 if capabilities.repeatable_samples else None)
    without = "Blocks were drawn, and the source does not say which block a row is from"
    assert column.left_out.get("intervals", "").startswith(without) is capabilities.block_sampling
    assert ("completeness" in column.intervals) is not capabilities.block_sampling


@pytest.mark.parametrize("kind", WAREHOUSES)
async def test_of_a_large_view_the_first_rows_are_read(kind: ConnectionKind, engine_of: EngineOf) -> None:
    engine = engine_of(kind)
    await engine.make("orders", {"id": "integer"}, [(number,) for number in range(500)])
    schema = f'shop."{engine.schema.name}"'
    engine.stand_in.owner.execute(f"CREATE VIEW {schema}.seen AS SELECT id FROM {schema}.orders")

    async with opened(engine) as source, open_engine(256) as local:
        table = await source.describe_table(engine.schema.child("seen"))
        profile = await profile_table(source, local, plan_profile(table, ProfilingSettings(sample_threshold=100)))

    assert (profile.reading.rows_read, profile.reading.population, profile.reading.seed) == (100, 500, None)
    assert profile.columns[0].left_out["intervals"].startswith("The first rows were read, not random ones")
