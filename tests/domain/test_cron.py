from datetime import datetime

import pytest

from domain.cron import check_cron, next_time

GOOD = [
    "* * * * *",
    "30 2 * * *",
    "*/15 0-6 1,15 * 1-5",
    "0 0 31 12 7",
    "10-50/20 * * * 0",
    "0  4  *  *  *",
    "0 0 29 2 *",
    "0 0 31 2 1",
]
BAD = [
    ("every night", "five fields"),
    ("", "five fields"),
    ("0 2 * * * *", "five fields"),
    ("60 2 * * *", "'60' is no minute"),
    ("0 24 * * *", "'24' is no hour"),
    ("0 2 0 * *", "'0' is no day of the month"),
    ("0 2 * 13 *", "'13' is no month"),
    ("0 2 * * 8", "'8' is no day of the week"),
    ("0 2 * * mon", "'mon' is no day of the week"),
    ("5-1 2 * * *", "'5-1' is no minute"),
    ("*/0 2 * * *", "'\\*/0' is no minute"),
    ("5/10 2 * * *", "'5/10' is no minute"),
    ("1, 2 * * *", "'1,' is no minute"),
    ("-1 2 * * *", "'-1' is no minute"),
    ("0 0 30 2 *", "none of its months has 30 days"),
    ("0 0 31 4,6-6 */1", "none of its months has 31 days"),
    ("٣ 2 * * *", "'٣' is no minute"),
]


@pytest.mark.parametrize("text", GOOD)
def test_an_expression_that_can_be_read_stays_as_it_is(text: str) -> None:
    assert check_cron(text) == text


@pytest.mark.parametrize(("text", "reason"), BAD)
def test_an_expression_that_cannot_be_read_is_refused_with_the_field_that_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_cron(text)


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("30 2 * * *", "2026-11-23T10:00:00+00:00", "2026-11-24T01:30:00+00:00"),
        ("30 2 * * *", "2026-07-01T00:29:59+00:00", "2026-07-01T00:30:00+00:00"),
        ("30 2 * * *", "2026-07-01T00:30:00+00:00", "2026-07-02T00:30:00+00:00"),
        ("0 0 29 2 *", "2026-11-23T10:00:00+00:00", "2028-02-28T23:00:00+00:00"),
        ("0 0 1 * 1", "2026-11-23T10:00:00+00:00", "2026-11-29T23:00:00+00:00"),  # the first, or a Monday
    ],
)
def test_the_next_time_is_by_the_clocks_of_the_zone(cron: str, after: str, expected: str) -> None:
    assert next_time(cron, "Europe/Berlin", datetime.fromisoformat(after)).isoformat() == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-10-24T23:00:00+00:00", "2026-10-25T00:30:00+00:00"),  # half past two comes for the first time
        ("2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"),
        ("2026-10-25T01:10:00+00:00", "2026-10-26T01:30:00+00:00"),  # the clocks show ten past two again
    ],
)
def test_a_time_that_comes_twice_counts_once(after: str, expected: str) -> None:
    assert next_time("30 2 * * *", "Europe/Berlin", datetime.fromisoformat(after)).isoformat() == expected
