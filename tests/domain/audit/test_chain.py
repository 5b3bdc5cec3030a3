"""What a hash of the chain covers, and in which form; without a database."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit.chain import BEGINNING, GENESIS, Content, Fault, Link, digest, find_fault, forge

PROJECT, OTHER = UUID(int=1), UUID(int=2)
AT = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
EVENT = Content(
    UUID(int=9), PROJECT, 7, UUID(int=3), AT, "ada", "update", "asset", 'bank."a.b"', None, '{"n": 1.50}', "req-é"
)
texts = st.text(st.characters(codec="utf-8"))
contents = st.builds(
    Content,
    organization_id=st.just(UUID(int=9)),
    project_id=st.sampled_from([PROJECT, OTHER]),
    position=st.integers(1, 2**63 - 1),
    id=st.uuids(),
    occurred_at=st.datetimes(timezones=st.just(UTC)),
    actor=texts,
    action=texts,
    resource=texts,
    resource_key=texts,
    before=st.none() | texts,
    after=st.none() | texts,
    request_id=st.none() | texts,
)


def test_the_form_is_the_one_that_is_documented() -> None:
    """Written out, so that another program can be held against it."""
    form = (
        f'["assay-audit-1","{GENESIS}",1,"00000000-0000-0000-0000-000000000009",'
        '"00000000-0000-0000-0000-000000000001",7,"00000000-0000-0000-0000-000000000003",'
        '"2026-03-01T12:00:00.000005+00:00","ada","update","asset","bank.\\"a.b\\"",null,"{\\"n\\": 1.50}","req-é"]'
    )

    assert digest(EVENT, 1, GENESIS) == sha256(form.encode()).hexdigest()


def test_the_zone_in_which_a_time_was_read_does_not_matter() -> None:
    elsewhere = replace(EVENT, occurred_at=AT.astimezone(timezone(timedelta(hours=5))))

    assert digest(elsewhere, 1, GENESIS) == digest(EVENT, 1, GENESIS)


@pytest.mark.parametrize("name", [field.name for field in fields(Content)])
def test_every_field_is_covered(name: str) -> None:
    other: dict[type, Any] = {UUID: UUID(int=99), int: 8, datetime: AT + timedelta(microseconds=1)}
    changed = replace(EVENT, **{name: other.get(type(getattr(EVENT, name)), "other")})

    assert digest(changed, 1, GENESIS) != digest(EVENT, 1, GENESIS)


def test_null_and_the_json_null_are_not_the_same() -> None:
    assert digest(replace(EVENT, after=None), 1, GENESIS) != digest(replace(EVENT, after="null"), 1, GENESIS)


@given(st.lists(contents, max_size=8))
def test_what_was_forged_holds_and_projects_do_not_mix(events: list[Content]) -> None:
    links = [link for _, link in forge(events, {})]

    for project in (PROJECT, OTHER):
        last = BEGINNING
        for content, link in zip(events, links, strict=True):
            if content.project_id == project:
                assert find_fault(last, content, link) is None
                last = link


@given(st.lists(contents, max_size=8), st.integers(0, 8))
def test_a_chain_can_be_forged_in_parts(events: list[Content], cut: int) -> None:
    first = list(forge(events[:cut], {}))
    heads = {content.project_id: link for content, (_, link) in zip(events[:cut], first, strict=True)}

    assert first + list(forge(events[cut:], heads)) == list(forge(events, {}))


@pytest.mark.parametrize(
    ("case", "content", "link", "fault"),
    [
        ("as sealed", EVENT, Link(1, GENESIS, digest(EVENT, 1, GENESIS)), None),
        ("one is missing", EVENT, Link(2, GENESIS, digest(EVENT, 2, GENESIS)), Fault.GAP),
        ("the place is taken", EVENT, Link(0, GENESIS, digest(EVENT, 0, GENESIS)), Fault.REORDERED),
        ("follows another", EVENT, Link(1, "f" * 64, digest(EVENT, 1, "f" * 64)), Fault.HASH_WRONG),
        ("says another thing", replace(EVENT, actor="eve"), Link(1, GENESIS, digest(EVENT, 1, GENESIS)),
         Fault.CONTENT_CHANGED),
    ],
)  # fmt: skip
def test_faults(case: str, content: Content, link: Link, fault: Fault | None) -> None:
    assert find_fault(BEGINNING, content, link) is fault
