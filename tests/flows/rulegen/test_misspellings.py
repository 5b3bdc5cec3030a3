from collections import Counter

import pytest

from flows.rulegen.misspellings import is_misspelt, is_variant, slips_of_short_codes


@pytest.mark.parametrize(
    ("value", "usual", "variant"),
    [
        ("Open", "open", True),
        ("in  progress ", "In Progress", True),
        ("birmxngham", "birmingham", True),
        ("open", "done", False),
        ("line 1", "line 2", False),
        ("ak_ami-7", "al_ami-7", False),
        ("AT", "AU", False),
        ("open", "open", False),
    ],
)
def test_variant_of_a_frequent_value(value: str, usual: str, variant: bool) -> None:
    assert is_variant(value, usual, Counter({usual: 100, value: 2})) is variant


def test_spelling_that_is_as_frequent_is_no_variant() -> None:
    assert not is_variant("Open", "open", Counter({"open": 10, "Open": 9}))


@pytest.mark.parametrize(
    ("counts", "slips"),
    [
        ({"yes": 500, "no": 480, "xes": 5, "yex": 4}, {"xes", "yex"}),
        ({"DE": 900, "DK": 8, "FR": 7}, set()),
        ({"DE": 900, "DK": 8}, set()),
        ({"yes": 500, "no": 480}, set()),
    ],
)
def test_rare_codes_are_slips_only_if_all_of_them_are(counts: dict[str, int], slips: set[str]) -> None:
    assert slips_of_short_codes(Counter(counts)) == slips


@pytest.mark.parametrize(
    ("value", "right", "misspelt"),
    [("3523x", "35233", True), ("xeart attack", "heart attack", True), ("no", "yes", False), ("M", "F", False)],
)
def test_misspelling_of_what_should_stand_there(value: str, right: str, misspelt: bool) -> None:
    assert is_misspelt(value, right) is misspelt
