"""Terms of the glossary: their words, their versions, and the assets that they are about."""

import asyncio
import json
from dataclasses import replace

import asyncpg
import pytest

from domain.access.model import PERMISSIONS, Role
from domain.assets.model import AssetResult
from domain.bootstrap import Domain
from domain.errors import Conflict, Forbidden, Invalid, NotFound, VersionConflict
from domain.fqn import Fqn
from domain.glossary.model import MAX_TERMS, TermEdit, TermStatus, TermWords, check_move
from domain.glossary.queries import TermFilter
from domain.identity import Actor
from domain.pages import PageRequest
from tests.factories.assets import PUBLIC, add_tables, found_schema, store_schemas
from tests.factories.connections import add_connection
from tests.waiting import until_waiting_for_a_lock

CARD, ACCOUNT = PUBLIC.child("card"), PUBLIC.child("account")
CHURN = TermWords("Churn rate", "Customers who left, of those who were there.", ("attrition",))

AUDITED = "SELECT action, resource_key FROM audit_event WHERE resource = 'glossary_term' ORDER BY id"
LAST_EVENT = "SELECT scopes, payload FROM domain_event WHERE type = 'glossary.changed' ORDER BY position DESC LIMIT 1"


def said(words: TermWords) -> TermEdit:
    """All of it, as a person says it."""
    return TermEdit(words.name, words.definition, words.synonyms, words.status)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"definition": ""}, "definition"),
        ({"definition": "x" * 4001}, "definition"),
        ({"definition": "a\0"}, "definition"),
        ({"synonyms": ("x",) * 2}, "synonyms"),
        ({"synonyms": ("CHURN RATE",)}, "synonyms"),
        ({"synonyms": ("",)}, "synonyms"),
        ({"synonyms": tuple(f"s{number}" for number in range(51))}, "synonyms"),
    ],
)
def test_words_that_make_no_term(words: dict[str, str], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        replace(CHURN, **words)  # type: ignore[arg-type]  # each of its own type

    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.parametrize("current", TermStatus)
@pytest.mark.parametrize("wanted", TermStatus)
def test_what_people_know_is_no_draft_any_more(current: TermStatus, wanted: TermStatus) -> None:
    if wanted is TermStatus.DRAFT and current is not TermStatus.DRAFT:
        with pytest.raises(Conflict, match="cannot become a DRAFT again"):
            check_move("Churn rate", current, wanted)
    else:
        check_move("Churn rate", current, wanted)


@pytest.mark.db
async def test_a_term_is_made_and_changed_by_its_name(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    made = await domain.glossary.upsert(actor, said(CHURN))
    approved = replace(CHURN, name="CHURN RATE", synonyms=(), status=TermStatus.APPROVED)

    changed = await domain.glossary.upsert(actor, said(approved), 1)

    assert (made.words, made.version) == (CHURN, 1)
    assert (changed.id, changed.words, changed.version) == (made.id, approved, 2)
    assert await domain.read.glossary.named(actor.tenant, "churn rate") == changed
    audited = await sql.fetch(
        "SELECT action, resource_key FROM audit_event WHERE resource = 'glossary_term' ORDER BY id"
    )
    assert [tuple(row) for row in audited] == [("create", "Churn rate"), ("update", "Churn rate")]
    told = await sql.fetchrow(LAST_EVENT)
    assert (told["scopes"], json.loads(told["payload"])) == (
        [],
        {"term_id": str(made.id), "version": 2, "status": "APPROVED", "linked": 0, "unlinked": 0, "deleted": False},
    )


@pytest.mark.db
async def test_the_same_words_again_make_no_version(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    made = await domain.glossary.upsert(actor, said(CHURN))

    assert await domain.glossary.upsert(actor, said(CHURN), 1) == made
    assert await sql.fetchval("SELECT count(*) FROM audit_event WHERE resource = 'glossary_term'") == 1


@pytest.mark.db
async def test_what_is_not_said_stays_as_it_is(domain: Domain, actor: Actor) -> None:
    made = await domain.glossary.upsert(actor, TermEdit("Churn rate", "Who left."))
    await domain.glossary.upsert(actor, TermEdit("Churn rate", "Who left.", ("attrition",), TermStatus.APPROVED), 1)

    changed = await domain.glossary.upsert(actor, TermEdit("Churn rate", "Who went."), 2)

    assert made.words == TermWords("Churn rate", "Who left.", (), TermStatus.DRAFT)
    assert changed.words == TermWords("Churn rate", "Who went.", ("attrition",), TermStatus.APPROVED)


@pytest.mark.db
@pytest.mark.parametrize("expected", [None, 7])
async def test_a_change_names_the_version_that_it_is_based_on(
    expected: int | None, domain: Domain, actor: Actor
) -> None:
    made = await domain.glossary.upsert(actor, said(CHURN))

    with pytest.raises(VersionConflict) as conflict:
        await domain.glossary.upsert(actor, said(replace(CHURN, definition="Other.")), expected)

    assert conflict.value.current == 1
    assert await domain.read.glossary.named(actor.tenant, CHURN.name) == made


@pytest.mark.db
async def test_a_change_of_a_term_that_is_not_there_is_refused(domain: Domain, actor: Actor) -> None:
    with pytest.raises(NotFound, match="no glossary term 'Churn rate'"):
        await domain.glossary.upsert(actor, said(CHURN), 1)


@pytest.mark.db
async def test_a_term_is_renamed_by_its_id_but_not_to_a_name_that_is_taken(domain: Domain, actor: Actor) -> None:
    made = await domain.glossary.upsert(actor, said(CHURN))
    await domain.glossary.upsert(actor, said(TermWords("Loss", "What is gone.")))

    with pytest.raises(Conflict, match="There is a glossary term 'LOSS' already"):
        await domain.glossary.upsert(actor, said(replace(CHURN, name="LOSS")), 1, made.id)
    renamed = await domain.glossary.upsert(actor, said(replace(CHURN, name="Attrition rate")), 1, made.id)

    assert (renamed.id, renamed.name, renamed.version) == (made.id, "Attrition rate", 2)
    assert await domain.read.glossary.named(actor.tenant, CHURN.name) is None


@pytest.mark.db
async def test_of_many_who_make_a_term_at_once_one_does(domain: Domain, actor: Actor) -> None:
    tries = await asyncio.gather(
        *(domain.glossary.upsert(actor, said(replace(CHURN, definition=f"{n}"))) for n in range(6)),
        return_exceptions=True,
    )

    made = [one for one in tries if not isinstance(one, BaseException)]
    refused = [one for one in tries if isinstance(one, Conflict)]
    assert (len(made), len(refused)) == (1, 5)
    assert await domain.read.glossary.named(actor.tenant, CHURN.name) == made[0]


@pytest.mark.db
async def test_of_two_changes_of_one_version_exactly_one_wins(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await domain.glossary.upsert(actor, said(CHURN))

    async with sql.transaction():
        await sql.execute("SELECT 1 FROM glossary_term FOR UPDATE")
        changing = [
            asyncio.ensure_future(domain.glossary.upsert(actor, said(replace(CHURN, definition=f"Words {n}.")), 1))
            for n in range(2)
        ]
        await until_waiting_for_a_lock(sql, 2)
    results = await asyncio.gather(*changing, return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["GlossaryTerm", "VersionConflict"]


@pytest.mark.db
async def test_only_a_draft_is_deleted_and_only_by_who_administers(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    draft = await domain.glossary.upsert(actor, said(CHURN))
    known = await domain.glossary.upsert(actor, said(TermWords("Loss", "What is gone.", status=TermStatus.APPROVED)))
    member = Actor(actor.tenant, "mia", permissions=PERMISSIONS[Role.MEMBER])

    with pytest.raises(Conflict, match="only a DRAFT can be deleted"):
        await domain.glossary.delete(actor, known.id, 1)
    with pytest.raises(Forbidden):
        await domain.glossary.delete(member, draft.id, 1)
    with pytest.raises(VersionConflict):
        await domain.glossary.delete(actor, draft.id, 2)
    assert await domain.glossary.delete(actor, draft.id, 1) == draft

    assert await domain.read.glossary.by_ids(actor.tenant, [draft.id, known.id]) == {known.id: known}
    assert json.loads((await sql.fetchrow(LAST_EVENT))["payload"])["deleted"] is True


@pytest.fixture
async def tables(domain: Domain, actor: Actor) -> list[Fqn]:
    await add_connection(domain, actor)
    return await add_tables(domain, actor, "card", "account")


def told(results: list[AssetResult]) -> list[tuple[str, str | None]]:
    return [(result.fqn.name, type(result.error).__name__ if result.error else None) for result in results]


@pytest.mark.db
async def test_links_are_there_or_not_however_often_it_is_said(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, tables: list[Fqn]
) -> None:
    term = await domain.glossary.upsert(actor, said(CHURN))
    gone = PUBLIC.child("gone")

    first = await domain.glossary_links.link(actor, term.id, [CARD, gone])
    again = await domain.glossary_links.link(actor, term.id, [ACCOUNT, CARD])
    told_of_links = dict(await sql.fetchrow(LAST_EVENT))
    unlinked = await domain.glossary_links.unlink(actor, term.id, [CARD, gone])
    once_more = await domain.glossary_links.unlink(actor, term.id, [CARD])

    assert told(list(first)) == [("card", None), ("gone", "NotFound")]
    assert told(list(again)) == [("account", None), ("card", None)]
    assert (told(list(unlinked)), told(list(once_more))) == (told(list(first)), [("card", None)])
    assert told_of_links["scopes"] == [str(ACCOUNT)]
    assert [fqn for fqn, _ in (await domain.read.glossary.linked(actor.tenant, term.id, PageRequest())).items] == [
        str(ACCOUNT)
    ]
    assert await domain.read.glossary.count_linked(actor.tenant, term.id) == 1
    assert [row["action"] for row in await sql.fetch(AUDITED)] == ["create", "link", "link", "unlink"]
    found = await domain.read.assets.find(actor.tenant, ACCOUNT)
    assert found is not None
    assert found.version == 1
    assert await domain.read.glossary.of_assets(actor.tenant, [found.id]) == {found.id: [term]}


@pytest.mark.db
async def test_a_link_outlives_the_absence_of_its_asset(domain: Domain, actor: Actor, tables: list[Fqn]) -> None:
    term = await domain.glossary.upsert(actor, said(CHURN))
    await domain.glossary_links.link(actor, term.id, [CARD])

    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, "account")])
    without = await domain.read.glossary.linked(actor.tenant, term.id, PageRequest())
    await add_tables(domain, actor, "card", "account")
    again = await domain.read.glossary.linked(actor.tenant, term.id, PageRequest())

    assert (len(without.items), [fqn for fqn, _ in again.items]) == (0, [str(CARD)])


@pytest.mark.db
async def test_a_deprecated_term_takes_no_new_links_and_keeps_the_old(
    domain: Domain, actor: Actor, tables: list[Fqn]
) -> None:
    term = await domain.glossary.upsert(actor, said(CHURN))
    await domain.glossary_links.link(actor, term.id, [CARD])
    await domain.glossary.upsert(actor, said(replace(CHURN, status=TermStatus.DEPRECATED)), 1)

    with pytest.raises(Conflict, match="is DEPRECATED and takes no new links"):
        await domain.glossary_links.link(actor, term.id, [ACCOUNT])

    assert await domain.read.glossary.count_linked(actor.tenant, term.id) == 1


@pytest.mark.db
async def test_an_asset_has_room_for_so_many_terms(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, tables: list[Fqn]
) -> None:
    term = await domain.glossary.upsert(actor, said(CHURN))
    await domain.glossary_links.link(actor, term.id, [CARD])
    await sql.execute(
        "INSERT INTO glossary_term SELECT (jsonb_populate_record(t, jsonb_build_object("
        " 'id', gen_random_uuid(), 'key', 'k' || n))).* FROM glossary_term t, generate_series(2, $1::int) n",
        MAX_TERMS,
    )
    await sql.execute(
        "INSERT INTO glossary_link SELECT (jsonb_populate_record(l, jsonb_build_object('term_id', t.id))).*"
        " FROM glossary_link l, glossary_term t WHERE t.id <> l.term_id"
    )
    one_more = await domain.glossary.upsert(actor, said(TermWords("Loss", "What is gone.")))

    refused = await domain.glossary_links.link(actor, one_more.id, [CARD, ACCOUNT])
    again = await domain.glossary_links.link(actor, term.id, [CARD])

    assert told(list(refused)) == [("card", "Invalid"), ("account", None)]
    assert told(list(again)) == [("card", None)]


@pytest.mark.db
async def test_a_term_is_deleted_with_its_links(
    domain: Domain, actor: Actor, sql: asyncpg.Connection, tables: list[Fqn]
) -> None:
    term = await domain.glossary.upsert(actor, said(CHURN))
    await domain.glossary_links.link(actor, term.id, tables)

    await domain.glossary.delete(actor, term.id, 1)

    assert await sql.fetchval("SELECT count(*) FROM glossary_link") == 0
    assert json.loads((await sql.fetchrow(LAST_EVENT))["payload"])["unlinked"] == 2
    assert await sql.fetchval("SELECT before ->> 'links' FROM audit_event WHERE action = 'delete'") == "2"


@pytest.mark.db
@pytest.mark.parametrize("count", [0, 1001])
async def test_a_call_has_its_limits(count: int, domain: Domain, actor: Actor) -> None:
    term = await domain.glossary.upsert(actor, said(CHURN))

    with pytest.raises(Invalid, match="Name 1 to 1,000 assets"):
        await domain.glossary_links.link(actor, term.id, [CARD] * count)


@pytest.mark.db
async def test_terms_are_listed_by_name_and_found_by_what_they_say(domain: Domain, actor: Actor) -> None:
    for words in (
        CHURN,
        TermWords("amount", "How much.", status=TermStatus.APPROVED),
        TermWords("Zeta", "Last, LEFT."),
    ):
        await domain.glossary.upsert(actor, said(words))

    async def names(wanted: TermFilter, request: PageRequest) -> list[str]:
        page = await domain.read.glossary.page(actor.tenant, wanted, request)
        return [term.name for _, term in page.items]

    everything = PageRequest()
    assert await names(TermFilter(), everything) == ["amount", "Churn rate", "Zeta"]
    assert await names(TermFilter(), PageRequest(first=1, after="amount")) == ["Churn rate"]
    assert await names(TermFilter((TermStatus.APPROVED,)), everything) == ["amount"]
    assert await names(TermFilter(text="left"), everything) == ["Churn rate", "Zeta"]
    assert await names(TermFilter(text="ATTRI"), everything) == ["Churn rate"]
    assert await domain.read.glossary.count(actor.tenant, TermFilter(text="left")) == 2
