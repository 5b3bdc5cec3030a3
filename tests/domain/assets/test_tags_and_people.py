"""The pure rules of tags and of people."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assets.model import AssetField, FieldOrigin, Tag, check_field_value
from domain.assets.people import check_people, read_people, write_people
from domain.assets.tags import MAX_TAGS, TagDraft, check_tag_name, read_tags, retag, write_tags
from domain.errors import Invalid

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HUMAN, GENERATED = FieldOrigin.HUMAN, FieldOrigin.GENERATED

names = st.text(st.sampled_from("aAbBß"), min_size=1, max_size=2)
tags = st.builds(
    Tag, names, st.sampled_from(["why", "because"]), st.sampled_from(FieldOrigin), st.just("ada"), st.just(AT)
)


def tag(name: str, why: str = "why", origin: FieldOrigin = HUMAN, at: datetime = AT) -> Tag:
    return Tag(name, why, origin, "ada", at)


@given(st.lists(tags), st.lists(tags), st.lists(names))
def test_tags_are_sorted_and_each_stands_once(there: list[Tag], added: list[Tag], removed: list[str]) -> None:
    before = retag((), there, ())

    after = retag(before, added, removed)

    keys = [found.key for found in after]
    assert keys == sorted(set(keys))
    stay = {found.key for found in before} - {name.casefold() for name in removed}
    assert set(keys) == stay | {found.key for found in added}
    assert retag(after, added, ()) == after


@given(st.lists(tags), st.lists(tags))
def test_a_part_of_assay_never_replaces_what_a_person_tagged(there: list[Tag], added: list[Tag]) -> None:
    before = retag((), there, ())

    after = retag(before, [found for found in added if found.origin is GENERATED], ())

    assert {found for found in before if found.origin is HUMAN} <= set(after)


def test_the_same_again_keeps_its_time_and_another_reason_does_not() -> None:
    later = AT + timedelta(days=1)

    again = retag([tag("pii")], [tag("pii", at=later)], ())
    other = retag([tag("pii")], [tag("PII", "another", at=later)], ())

    assert again == (tag("pii"),)
    assert other == (tag("PII", "another", at=later),)


def test_an_asset_has_room_for_so_many_tags() -> None:
    full = retag((), [tag(f"t{number:02}") for number in range(MAX_TAGS)], ())

    assert len(retag(full, [tag("new")], ["t00"])) == MAX_TAGS
    with pytest.raises(Invalid, match="at most 50 tags; these would be 51"):
        retag(full, [tag("new")], ())


@given(st.lists(tags))
def test_tags_are_read_as_they_were_written(some: list[Tag]) -> None:
    assert read_tags(write_tags(some)) == tuple(some)


@pytest.mark.parametrize("name", ["pii", "GDPR Art. 9", "team:payments/core", "schützenswert", "x" * 64])
def test_a_tag_may_be_called(name: str) -> None:
    check_tag_name(name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "tag cannot be blank"),
        ("x" * 65, "tag has at most 64 characters; this one has 65"),
        (" pii", "tag is one line"),
        ("pii\ngdpr", "tag is one line"),
        ("pii, gdpr", "A tag has no comma; give each tag by itself"),
    ],
)
def test_a_tag_may_not_be_called(name: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        check_tag_name(name)


@pytest.mark.parametrize("why", ["", " ", "x" * 1001])
def test_a_tag_has_its_reason(why: str) -> None:
    with pytest.raises(Invalid, match="justification"):
        TagDraft("pii", why).put(HUMAN, "ada", AT)


@given(st.lists(st.text(st.sampled_from("ab ,;é"), min_size=1).filter(lambda name: name == name.strip()), unique=True))
def test_people_are_read_as_they_were_written(people: list[str]) -> None:
    assert read_people(write_people(people)) == tuple(people)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        (["ada", "ada"], "owners names somebody twice"),
        ([" "], "owners cannot be blank"),
        (["a\nb"], "owners is one line"),
        (["x" * 101], "owners has at most 100 characters"),
        ([f"p{number}" for number in range(21)], "owners names at most 20 people or teams, not 21"),
    ],
)
def test_people_who_cannot_be(people: list[str], message: str) -> None:
    with pytest.raises(Invalid, match=message):
        check_people("owners", people)


def test_one_rule_holds_for_people_however_they_are_named() -> None:
    check_field_value(AssetField.OWNER, "ada\nben")

    with pytest.raises(Invalid, match="owner names somebody twice"):
        check_field_value(AssetField.OWNER, "ada\nada")
