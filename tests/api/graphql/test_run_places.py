from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.graphql.runs.events import Known, Place
from domain.errors import Invalid
from domain.events import RunStateChanged
from domain.runs.model import RunStatus, RunType

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RUN = UUID(int=1)


def state(status: RunStatus, at: datetime) -> RunStateChanged:
    return RunStateChanged(scopes=(), run_id=RUN, run_type=RunType.PROFILING, status=status, state_at=at)


@pytest.mark.parametrize(
    ("known", "event", "is_known"),
    [
        (RunStatus.COMPLETED, state(RunStatus.RUNNING, NOW - SECOND), True),
        (RunStatus.COMPLETED, state(RunStatus.COMPLETED, NOW), True),
        (RunStatus.COMPLETED, state(RunStatus.PENDING, NOW), False),
        (RunStatus.COMPLETED, state(RunStatus.PENDING, NOW + SECOND), False),
        (RunStatus.PENDING, state(RunStatus.CRASHED, NOW), True),
        (RunStatus.PENDING, state(RunStatus.PENDING, NOW), True),
        (RunStatus.PENDING, state(RunStatus.RUNNING, NOW + SECOND), False),
    ],
)
def test_states_that_a_snapshot_shows_are_not_told_again(
    known: RunStatus, event: RunStateChanged, is_known: bool
) -> None:
    assert Place(7, None, Known(known, NOW)).knows(event) is is_known


@pytest.mark.parametrize(
    "place",
    [
        Place(7, None, None),
        Place(7, NOW, None),
        Place(7, None, Known(RunStatus.RUNNING, NOW)),
        Place(7, NOW + SECOND, Known(RunStatus.COMPLETED, NOW)),
    ],
)
def test_a_cursor_leads_back_to_its_place(place: Place) -> None:
    assert Place.read(place.cursor) == place


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(Invalid):
        Place.read("nonsense")
