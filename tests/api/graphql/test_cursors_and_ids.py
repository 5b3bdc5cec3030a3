from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.ids import read_id, split_id, write_id
from api.graphql.pages import Listing
from domain.errors import Invalid, NotFound
from domain.pages import PageRequest

NAMES, IDS = Listing("name", str), Listing("id", UUID)
STORABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(STORABLE)
def test_cursor_gives_its_key_back(key: str) -> None:
    assert NAMES.request(None, NAMES.write(key)) == PageRequest(after=key)


@given(st.text())
def test_any_other_text_is_refused_as_bad_input(text: str) -> None:
    with pytest.raises(Invalid, match="after is no cursor of this list"):
        IDS.request(None, text)


@pytest.mark.parametrize(
    "cursor", [NAMES.write("card"), Listing("id", str).write("no uuid"), Listing("id", str).write("\0"), "", "MTppZA"]
)
def test_cursor_of_another_list_or_with_a_forged_key_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        IDS.request(10, cursor)


@given(st.text(min_size=1).filter(lambda kind: ":" not in kind and kind.isprintable()), st.uuids())
def test_id_gives_kind_and_key_back(kind: str, key: UUID) -> None:
    assert split_id(write_id(kind, key)) == (kind, key)


@given(st.text())
def test_any_other_text_names_nothing(text: str) -> None:
    with pytest.raises(NotFound):
        read_id("WorkflowRun", text)


def test_id_of_another_kind_names_nothing() -> None:
    with pytest.raises(NotFound):
        read_id("WorkflowRun", write_id("Asset", UUID(int=7)))
