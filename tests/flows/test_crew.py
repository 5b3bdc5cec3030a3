"""How wide a run is, and that the processes that share it keep together to what one process keeps to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.settings import (
    DatabaseSettings,
    DqRuleSettings,
    EnrichmentSettings,
    ProfilingSettings,
    Settings,
    SourceSettings,
)
from flows.crew import CONNECTIONS_OF_A_PROCESS, Crew, share_of
from flows.enrich_metadata import CREW as ENRICHING
from flows.generate_dq_rules import CREW as GENERATING
from flows.profile_database import CREW as PROFILING

WIDTHS = st.integers(1, 1000)


@given(width=WIDTHS, connections=WIDTHS, calls=WIDTHS, rules=WIDTHS)
def test_all_processes_together_keep_to_the_limits_of_the_run(
    width: int, connections: int, calls: int, rules: int
) -> None:
    settings = Settings(
        source=SourceSettings(max_connections=connections),
        enrichment=EnrichmentSettings(max_concurrent_llm_calls=calls),
        dq_rules=DqRuleSettings(max_concurrent_tables=width, max_concurrent_rules=rules),
    )

    processes = GENERATING.processes(settings)
    share = share_of(settings, processes)

    assert 1 <= processes <= width
    assert processes * share.source.max_connections <= connections
    assert processes * share.enrichment.max_concurrent_llm_calls <= calls
    assert processes * share.dq_rules.max_concurrent_rules <= rules
    assert processes == 1 or share.source.max_connections >= CONNECTIONS_OF_A_PROCESS


@pytest.mark.parametrize(
    ("case", "crew", "limits", "processes"),
    [
        ("as wide as configured", Crew("profiling"), {"profiling": 7}, 7),
        ("connections are the fewest", PROFILING, {"profiling": 7, "connections": 9}, 4),
        ("one connection", PROFILING, {"profiling": 7, "connections": 1}, 1),
        ("calls are the fewest", ENRICHING, {"enrichment": 5, "calls": 3, "connections": 1}, 3),
        ("rules are the fewest", GENERATING, {"dq_rules": 9, "connections": 40, "calls": 9, "rules": 2}, 2),
    ],
)
def test_processes_are_no_more_than_can_have_a_share(
    case: str, crew: Crew, limits: dict[str, int], processes: int
) -> None:
    assert crew.processes(settings_of(**limits)) == processes, case


def settings_of(
    profiling: int = 1,
    enrichment: int = 1,
    dq_rules: int = 1,
    connections: int = 100,
    calls: int = 100,
    rules: int = 100,
) -> Settings:
    return Settings(
        source=SourceSettings(max_connections=connections),
        profiling=ProfilingSettings(max_concurrent_tables=profiling),
        enrichment=EnrichmentSettings(max_concurrent_tables=enrichment, max_concurrent_llm_calls=calls),
        dq_rules=DqRuleSettings(max_concurrent_tables=dq_rules, max_concurrent_rules=rules),
    )


def test_a_share_of_our_own_database_is_enough_to_listen_and_to_store() -> None:
    settings = Settings(database=DatabaseSettings(pool_size=10))

    assert [share_of(settings, processes).database.pool_size for processes in (1, 4, 10)] == [10, 2, 2]
