import pytest

from domain.errors import Invalid
from domain.pages import DEFAULT_PAGE, PageRequest, cut

LETTERS = [(letter, letter) for letter in "abcd"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"first": 1, "last": 1}, "last"), ({"first": 101}, "first"), ({"last": 101}, "last"), ({"first": -1}, "first")],
)
def test_a_page_that_cannot_be_is_refused(asked: dict[str, int], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        PageRequest(**asked)  # type: ignore[arg-type]  # only sizes are given here

    assert refused.value.problems[0].path == field


def test_a_page_has_a_size_of_its_own_accord() -> None:
    assert PageRequest().size == DEFAULT_PAGE
    assert PageRequest(first=0).size == 0
    assert PageRequest(last=3).size == 3


def test_one_item_more_than_asked_for_tells_of_a_next_page() -> None:
    page = cut(LETTERS[:3], PageRequest(first=2))

    assert [item for _, item in page.items] == ["a", "b"]
    assert (page.has_next, page.has_previous) == (True, False)


def test_a_page_from_behind_is_turned_round() -> None:
    page = cut([*reversed(LETTERS)][:3], PageRequest(last=2, before="e"))

    assert [item for _, item in page.items] == ["c", "d"]
    assert (page.has_next, page.has_previous) == (True, True)


def test_the_last_page_has_no_next() -> None:
    page = cut(LETTERS[2:], PageRequest(first=2, after="b"))

    assert (page.has_next, page.has_previous) == (False, True)
