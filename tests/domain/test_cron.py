import pytest

from domain.cron import check_cron

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
