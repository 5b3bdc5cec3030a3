import pytest

from domain.assets.model import AssetType, FoundTable
from domain.fqn import Fqn
from domain.runs.budget import Limits
from domain.settings import ProfilingSettings
from flows.profiling.plan import Sampling, limits_of, plan_profile
from flows.sources.base import Sample

SETTINGS = ProfilingSettings(sample_threshold=1000, sample_size=100)
CARD = Fqn.of("svc", "bank", "public", "card")
SEED = 809688008


def _table(rows: int | None, type_: AssetType = AssetType.TABLE) -> FoundTable:
    return FoundTable(CARD, type_, columns=(), estimated_rows=rows)


@pytest.mark.parametrize(
    ("case", "table", "sampling", "sample"),
    [
        ("empty", _table(0), None, None),
        ("at the threshold", _table(1000), None, None),
        ("above the threshold", _table(1001), None, Sample(100, SEED)),
        ("unknown rows are bounded", _table(None), None, Sample(1000, SEED)),
        ("small view is bounded", _table(5, AssetType.VIEW), None, Sample(1000, SEED)),
        ("large view is sampled", _table(5000, AssetType.VIEW), None, Sample(100, SEED)),
        ("threshold of the run", _table(1000), Sampling(sample_threshold=999), Sample(100, SEED)),
        ("size of the run", _table(5000), Sampling(sample_size=7), Sample(7, SEED)),
        ("seed of the run", _table(5000), Sampling(seed=0), Sample(100, 0)),
        ("higher threshold of the run", _table(5000), Sampling(sample_threshold=5000), None),
    ],
)
def test_plan(case: str, table: FoundTable, sampling: Sampling | None, sample: Sample | None) -> None:
    assert plan_profile(table, SETTINGS, sampling).sample == sample


def test_reason_says_what_is_read_and_why() -> None:
    assert plan_profile(_table(1001), SETTINGS).reason == (
        "about 1,001 rows are more than sample_threshold (1,000): a sample of 100"
    )


@pytest.mark.parametrize(
    ("case", "table", "rows"),
    [
        ("read as a whole", _table(900), 900),
        ("sampled", _table(5000), 100),
        ("unknown", _table(None), None),
        ("what a view says of itself is not believed", _table(5, AssetType.VIEW), None),
    ],
)
def test_a_plan_says_how_many_rows_it_takes(case: str, table: FoundTable, rows: int | None) -> None:
    assert plan_profile(table, SETTINGS).rows == rows


def test_only_a_reading_of_unknown_rows_ends_with_those_that_are_left() -> None:
    unknown, sampled, whole = (plan_profile(_table(rows), SETTINGS) for rows in (None, 5000, 900))

    assert [plan.within(40).sample for plan in (unknown, sampled, whole)] == [Sample(40, SEED), sampled.sample, None]
    assert (unknown.within(None), unknown.within(2000)) == (unknown, unknown)


def test_a_run_asks_for_another_budget_than_the_settings_limit_by_limit() -> None:
    settings = ProfilingSettings(budget_seconds=60, budget_rows=1000)
    parameters = {"budget_rows": 5, "sample_size": 7}

    assert limits_of(settings, parameters) == Limits(seconds=60, rows=5)
    assert Sampling.of(parameters) == Sampling(sample_size=7)
    assert limits_of(SETTINGS, {}).are_set is False
