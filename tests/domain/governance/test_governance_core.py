"""Random stories of a project on PostgreSQL, told beside a model on paper that knows no SQL.

`GOVERNANCE_STORIES=300 python -m pytest tests/domain/governance -s` tells that many new ones.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from domain.settings import Settings
from tests.domain.governance.stage import Stage
from tests.domain.governance.stories import GovernanceCore

pytestmark = pytest.mark.db

SOAK = os.environ.get("GOVERNANCE_STORIES")
"""So many stories, which are other ones each time; without it a few, always the same."""
STORIES = 32
LENGTH = 40
FEWEST_STEPS = 2000
COMMON = settings(stateful_step_count=LENGTH, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def how_many() -> settings:
    if SOAK:
        return settings(COMMON, max_examples=int(SOAK), derandomize=False, phases=[Phase.generate])
    return settings(COMMON, max_examples=STORIES, derandomize=True, phases=[Phase.generate, Phase.shrink])


def test_a_project_lives_as_the_paper_says(database_settings: Settings) -> None:
    with Stage(database_settings) as stage:

        class Story(GovernanceCore):
            def __init__(self) -> None:
                super().__init__(stage)

        run_state_machine_as_test(Story, settings=how_many())

    steps = stage.steps
    print(f"{steps.total()} steps: {dict(steps)}")  # noqa: T201 - how much was proved
    assert steps.total() >= FEWEST_STEPS
