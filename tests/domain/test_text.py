"""Text that comes from outside: what is refused, and where it is told."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.assets.model import AssetField
from domain.assets.queries import AssetFilter
from domain.bootstrap import Domain
from domain.db.engine import Database
from domain.errors import Invalid
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunType
from domain.text import check_line, check_text, is_storable
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import completed_run, described, enriched_run, request_run

CARD = PUBLIC.child("card")
NUL = "a\0b"
HALF = "a\ud800b"
Call = Callable[[Domain, Actor, str], Awaitable[object]]


@given(st.text(st.sampled_from(["a", "\0", "\x01", "\ud7ff", "\ud800", "\udfff", "\ue000", "\U0001f600"])))
def test_what_is_storable_is_what_utf8_without_nul_can_say(said: str) -> None:
    assert is_storable(said) == ("\0" not in said and _is_utf8(said))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "definition cannot be blank."),
        ("x" * 11, "definition has at most 10 characters; this one has 11."),
        (NUL, "definition cannot hold the character NUL or half a surrogate pair; take it out."),
        (HALF, "definition cannot hold the character NUL or half a surrogate pair; take it out."),
    ],
)
def test_a_text_is_refused_with_its_field_and_the_way_out(text: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_text("definition", text, 10)

    assert [(problem.path, problem.message) for problem in refused.value.problems] == [("definition", message)]


@pytest.mark.parametrize("text", [" a", "a ", "a\nb", "a\tb", "a\x85b", "a\u2028b", "\x7f"])
def test_a_line_is_one_line_without_blanks_at_its_ends(text: str) -> None:
    with pytest.raises(Invalid, match="name is one line without tabs"):
        check_line("name", text, 100)


@pytest.mark.parametrize("text", ["a", "Ada Lovelace", "نام‌خانوادگی", "टैग", "👩‍💻", "a, b"])
def test_a_line_may_be_of_any_script(text: str) -> None:
    check_line("name", text, 100)


async def enrich(domain: Domain, actor: Actor, text: str) -> None:
    """As a model's answer: nested in JSON, where no check of a field is met."""
    call = described(CARD, "A card.")
    await enriched_run(domain, actor, CARD, [replace(call, evidence={"tokens": ["card", text]})])


async def edit(domain: Domain, actor: Actor, text: str) -> None:
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: text}, 1)


async def log(domain: Domain, actor: Actor, text: str) -> None:
    run = await request_run(domain, actor, RunType.PROFILING, CARD)
    await domain.runs.log(actor, run.id, "INFO", text)


async def reject(domain: Domain, actor: Actor, text: str) -> None:
    run = await completed_run(domain, actor, RunType.PROFILING, CARD)
    await domain.approvals.reject(actor, run.id, text)


async def search(domain: Domain, actor: Actor, text: str) -> None:
    await domain.read.assets.page(actor.tenant, None, AssetFilter(text=text), PageRequest())


async def name_connection(domain: Domain, actor: Actor, text: str) -> None:
    await domain.read.connections.named(actor.tenant, text)


@pytest.mark.db
@pytest.mark.parametrize("text", [NUL, HALF])
@pytest.mark.parametrize(
    ("call", "path"),
    [
        (edit, "description"),
        (enrich, "evidence.tokens"),
        (log, "message"),
        (reject, "notes"),
        (search, "text"),
        (name_connection, "name"),
    ],
)
async def test_what_no_database_holds_is_the_callers_mistake_wherever_it_enters(
    call: Call, path: str, text: str, domain: Domain, actor: Actor
) -> None:
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card")

    with pytest.raises(Invalid, match="cannot hold the character NUL") as refused:
        await call(domain, actor, text)

    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.db
async def test_a_failure_that_is_not_about_text_stays_what_it_is(database: Database) -> None:
    async with database.reading_across_tenants() as session:
        with pytest.raises(DBAPIError, match="division by zero"):
            await session.execute(text("SELECT :given, 1 / 0"), {"given": "a"})
