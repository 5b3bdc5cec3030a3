import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.fqn import MAX_TEXT_LENGTH, Fqn
from tests.domain.names import SCOPES, fqns, near_fqns

QUOTED = [
    (("bank", "main", "public", "card"), "bank.main.public.card"),
    (("bank", "a.b"), 'bank."a.b"'),
    (("bank", 'a"b'), 'bank."a""b"'),
    (("bank", ""), 'bank.""'),
    (("bank", '"'), 'bank.""""'),
    (("bank", "with space", "Größe", "💳"), "bank.with space.Größe.💳"),
]

UNREADABLE = [
    ("", "position 0"),
    (".bank", "position 0"),
    ("bank.", "position 5"),
    ("bank..card", "position 5"),
    ('bank."card', "The quote that opens at position 5 is never closed"),
    ('bank."card""', "The quote that opens at position 5 is never closed"),
    ('bank."card"x', "after the closing quote at position 10"),
    ('bank.ca"rd', "unquoted part at position 7"),
]


@pytest.mark.parametrize(("parts", "text"), QUOTED)
def test_a_part_is_quoted_only_where_it_has_to_be(parts: tuple[str, ...], text: str) -> None:
    assert str(Fqn(parts)) == text
    assert Fqn.parse(text) == Fqn(parts)


@given(fqns)
def test_parse_reads_back_what_format_wrote(fqn: Fqn) -> None:
    assert Fqn.parse(str(fqn)) == fqn


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_position(text: str) -> None:
    try:
        fqn = Fqn.parse(text)
    except Invalid as error:
        message = error.message
    else:
        message = "" if Fqn.parse(str(fqn)) == fqn else "not the same"

    assert not message or "position" in message or "NUL" in message


def test_a_quoted_part_that_needs_no_quotes_is_the_same_name() -> None:
    assert Fqn.parse('"bank"."main"') == Fqn.of("bank", "main")


@pytest.mark.parametrize(("text", "position"), UNREADABLE)
def test_what_cannot_be_read_is_refused_with_its_position(text: str, position: str) -> None:
    with pytest.raises(Invalid, match=position) as refused:
        Fqn.parse(text)

    assert [problem.path for problem in refused.value.problems] == ["fqn"]


@pytest.mark.parametrize("part", ["a\0b", "\ud800"])
def test_characters_that_no_database_holds_are_refused(part: str) -> None:
    with pytest.raises(Invalid, match="cannot hold"):
        Fqn.of("bank", part)


def test_a_text_may_fill_its_length_in_bytes_and_no_more() -> None:
    assert Fqn.parse("é" * (MAX_TEXT_LENGTH // 2)).depth == 1

    with pytest.raises(Invalid, match="at most 1,024 bytes of UTF-8; this one has 1,026"):
        Fqn.parse("é" * (MAX_TEXT_LENGTH // 2 + 1))


def test_nothing_is_no_fqn() -> None:
    with pytest.raises(Invalid, match="at least one part"):
        Fqn(())


@pytest.mark.parametrize(("case", "scope", "fqn", "inside"), SCOPES)
def test_scope(case: str, scope: str, fqn: str, inside: bool) -> None:
    assert Fqn.parse(scope).covers(Fqn.parse(fqn)) is inside


@given(near_fqns, near_fqns)
def test_a_scope_covers_exactly_itself_and_what_has_it_as_an_ancestor(scope: Fqn, fqn: Fqn) -> None:
    assert scope.covers(fqn) == (scope in fqn.ancestors())


def test_parents_lead_from_a_column_up_to_its_service() -> None:
    column = Fqn.parse("bank.main.public.card.amount")

    assert column.parent == Fqn.parse("bank.main.public.card")
    assert (column.name, column.depth) == ("amount", 5)
    assert [str(fqn) for fqn in column.ancestors()][-2:] == ["bank.main", "bank"]
    assert Fqn.of("bank").parent is None
    assert Fqn.of("bank").child("main") == Fqn.of("bank", "main")
