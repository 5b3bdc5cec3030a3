"""What can be set up at all: pure rules."""

import pytest

from domain.errors import Invalid
from domain.fqn import Fqn
from domain.runs.model import RunType
from domain.workflows.model import Schedule
from tests.factories.configurations import setup_of

CARD = Fqn.parse("bank.main.public.card")


@pytest.mark.parametrize(
    ("cron", "time_zone", "field", "said"),
    [
        ("every night", "UTC", "schedule.cron", "five fields"),
        ("60 2 * * *", "UTC", "schedule.cron", "'60' is no minute"),
        ("0 2 30 2 *", "UTC", "schedule.cron", "none of its months has 30 days"),
        ("0 2 * * *\n", "UTC", "schedule.cron", "one line"),
        (f"{'0,' * 100}0 2 * * *", "UTC", "schedule.cron", "at most 200 characters"),
        ("0 2 * * *", "Mars/Olympus", "schedule.timeZone", "no such time zone"),
        ("0 2 * * *", "", "schedule.timeZone", "no such time zone"),
        ("0 2 * * *", "../UTC", "schedule.timeZone", "no such time zone"),
        ("0 2 * * *", "CEST", "schedule.timeZone", "no such time zone"),
    ],
)
def test_a_schedule_that_never_comes_is_refused_by_its_field(cron: str, time_zone: str, field: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        Schedule(cron, time_zone)

    assert [problem.path for problem in refused.value.problems] == [field]


@pytest.mark.parametrize("time_zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_a_schedule_keeps_what_was_written(time_zone: str) -> None:
    schedule = Schedule("*/15 0-6 1,15 * 1-5", time_zone)

    assert (schedule.cron, schedule.time_zone) == ("*/15 0-6 1,15 * 1-5", time_zone)


@pytest.mark.parametrize(
    ("case", "settings", "field"),
    [
        ("blank name", {"name": " "}, "name"),
        ("long name", {"name": "n" * 201}, "name"),
        ("two lines", {"name": "a\nb"}, "name"),
        ("foreign parameter", {"parameters": {"include": ["pii"]}}, "parameters"),
        ("no rows", {"parameters": {"sample_size": 0}}, "sampling.sample_size"),
        ("nothing to save", {"run_type": RunType.DQ_ASSESSMENT, "save_all": True}, "saveAll"),
    ],
)
def test_a_setup_is_refused_as_a_request_for_a_run_is(case: str, settings: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        setup_of(CARD, **settings)  # type: ignore[arg-type]  # the wrong values are the point

    assert [problem.path for problem in refused.value.problems] == [field]
