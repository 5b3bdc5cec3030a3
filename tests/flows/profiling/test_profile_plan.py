import pytest

from domain.assets.model import AssetType, FoundTable
from domain.fqn import Fqn
from domain.settings import ProfilingSettings
from flows.profiling.plan import Sampling, plan_profile
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
