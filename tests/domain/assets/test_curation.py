"""Tags, owners and stewards in the catalogue: versions, results one by one, and whose word counts."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from domain.access.model import PERMISSIONS, Role, system_actor
from domain.assets.curation import Assignment, Tagging
from domain.assets.model import Asset, AssetField, AssetResult, FieldOrigin
from domain.assets.tags import TagDraft
from domain.bootstrap import Domain
from domain.errors import Forbidden, Invalid, NotFound, VersionConflict
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import described, enriched_run
from tests.waiting import until_waiting_for_a_lock

pytestmark = pytest.mark.db

CARD, ACCOUNT = PUBLIC.child("card"), PUBLIC.child("account")
PII = TagDraft("pii", "Holds names.")


@pytest.fixture(autouse=True)
async def catalogue(domain: Domain, actor: Actor) -> None:
    await add_connection(domain, actor)
    await add_tables(domain, actor, "card", "account")


async def asset(domain: Domain, actor: Actor, fqn: Fqn = CARD) -> Asset:
    found = await domain.read.assets.find(actor.tenant, fqn)
    assert found is not None
    return found


def done(results: Sequence[AssetResult]) -> list[Asset]:
    assert [result.error for result in results] == [None] * len(results)
    return [result.asset for result in results if result.asset]


async def test_tags_are_a_part_of_the_version_that_put_them_there(domain: Domain, actor: Actor) -> None:
    (tagged,) = done(await domain.curation.tag(actor, [Tagging(CARD, 1, (PII, TagDraft("gdpr", "Art. 6")))]))
    (untagged,) = done(await domain.curation.tag(actor, [Tagging(CARD, 2, (), ("PII",))]))

    (first, second) = tagged.tags
    assert (tagged.version, first.name, second.name) == (2, "gdpr", "pii")
    assert (second.justification, second.origin, second.tagged_by) == ("Holds names.", FieldOrigin.HUMAN, "ada")
    assert ([tag.name for tag in untagged.tags], untagged.version) == (["gdpr"], 3)
    versions = await domain.read.history.versions(actor.tenant, tagged.id, PageRequest())
    assert [version.change for _, version in versions.items] == ["untagged pii", "tagged gdpr, tagged pii", "found"]
    assert await asset(domain, actor) == untagged


async def test_every_level_of_the_catalogue_takes_tags(domain: Domain, actor: Actor) -> None:
    levels = [Fqn.of("bank"), Fqn.parse("bank.main"), PUBLIC, CARD, CARD.child("amount")]

    tagged = done(await domain.curation.tag(actor, [Tagging(level, 1, (PII,)) for level in levels]))

    assert [(one.fqn, one.version, len(one.tags)) for one in tagged] == [(level, 2, 1) for level in levels]


async def test_what_changes_nothing_makes_no_version_no_audit_and_no_event(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await domain.curation.tag(actor, [Tagging(CARD, 1, (PII,))])
    await domain.curation.assign(actor, [Assignment(CARD, 2, ("ben",))])
    counted = "SELECT (SELECT count(*) FROM audit_event), (SELECT count(*) FROM domain_event)"
    before = await sql.fetchrow(counted)

    again = done(await domain.curation.tag(actor, [Tagging(CARD, 3, (PII,), ("never there",))]))
    (same,) = done(await domain.curation.assign(actor, [Assignment(CARD, 3, ("ben",), ())]))

    assert (again[0].version, same.version) == (3, 3)
    assert await sql.fetchrow(counted) == before


async def test_each_asset_of_a_bulk_stands_for_itself(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    edits = [
        Tagging(ACCOUNT, 1, (PII,)),
        Tagging(CARD, 7, (PII,)),
        Tagging(PUBLIC.child("gone"), 1, (PII,)),
        Tagging(CARD, 1, (TagDraft("a,b", "why"),)),
        Tagging(ACCOUNT, 1, (TagDraft("late", "why"),)),
    ]

    results = await domain.curation.tag(actor, edits)

    assert [result.fqn for result in results] == [edit.asset for edit in edits]
    kinds = [None, VersionConflict, NotFound, Invalid, VersionConflict]
    assert [type(result.error) if result.error else None for result in results] == kinds
    assert [tag.name for tag in (await asset(domain, actor, ACCOUNT)).tags] == ["pii"]
    assert ((await asset(domain, actor)).version, (await asset(domain, actor)).tags) == (1, ())
    told = await sql.fetch("SELECT scopes, payload FROM domain_event WHERE type = 'assets.changed' ORDER BY position")
    assert told[-1]["scopes"] == [str(ACCOUNT)]


async def test_a_part_of_assay_leaves_its_name_on_its_tags(domain: Domain, actor: Actor) -> None:
    (tagged,) = done(await domain.curation.tag(system_actor(actor.tenant, "scanner"), [Tagging(CARD, 1, (PII,))]))

    assert [(tag.origin, tag.tagged_by) for tag in tagged.tags] == [(FieldOrigin.GENERATED, "scanner")]


async def test_several_owners_and_stewards_answer_for_an_asset(domain: Domain, actor: Actor) -> None:
    edit = Assignment(CARD, 1, ("Ada Lovelace", "Lovelace, Ada jr."), ("cards team",))

    (assigned,) = done(await domain.curation.assign(actor, [edit]))
    (owned,) = done(await domain.curation.assign(actor, [Assignment(CARD, 2, stewards=())]))

    assert assigned.owners == ("Ada Lovelace", "Lovelace, Ada jr.")
    assert (assigned.stewards, assigned.version) == (("cards team",), 2)
    assert (owned.owners, owned.stewards) == (assigned.owners, ())
    assert AssetField.STEWARD not in owned.fields
    versions = await domain.read.history.versions(actor.tenant, assigned.id, PageRequest())
    assert [version.change for _, version in versions.items][:2] == [
        "assigned stewards nobody",
        "assigned owners Ada Lovelace, Lovelace, Ada jr.; stewards cards team",
    ]


async def test_the_field_that_an_edit_writes_and_the_people_are_one_truth(domain: Domain, actor: Actor) -> None:
    await domain.curation.assign(actor, [Assignment(CARD, 1, ("ada", "ben"))])

    edited = await domain.assets.update(actor, CARD, {AssetField.OWNER: "eva"}, 2)

    assert edited.owners == ("eva",)
    assert edited.value(AssetField.OWNER) == "eva"


async def test_an_assignment_outranks_a_suggestion_until_somebody_lets_go(domain: Domain, actor: Actor) -> None:
    async def suggest(version: int) -> tuple[str, ...]:
        steward = described(CARD, "robot", AssetField.STEWARD)
        run = await enriched_run(domain, actor, CARD, [steward], {CARD: version})
        await domain.approvals.approve(actor, run.id)
        return (await asset(domain, actor)).stewards

    await domain.curation.assign(actor, [Assignment(CARD, 1, stewards=("ada", "ben"))])

    assert await suggest(2) == ("ada", "ben")
    await domain.curation.assign(actor, [Assignment(CARD, 2, stewards=())])
    assert await suggest(3) == ("robot",)


@pytest.mark.parametrize(
    ("edit", "path"),
    [
        (Assignment(CARD, 1), "owners"),
        (Assignment(CARD, 1, ("ada", "ada")), "owners"),
        (Assignment(CARD, 1, ("ada",), ("x" * 101,)), "stewards"),
    ],
)
async def test_an_assignment_that_cannot_be_changes_nothing(
    edit: Assignment, path: str, domain: Domain, actor: Actor
) -> None:
    (result,) = await domain.curation.assign(actor, [edit])

    assert isinstance(result.error, Invalid)
    assert [problem.path for problem in result.error.problems] == [path]
    assert (await asset(domain, actor)).version == 1


@pytest.mark.parametrize("count", [0, 1001])
async def test_a_bulk_has_its_limits(count: int, domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match="Name 1 to 1,000 assets"):
        await domain.curation.tag(actor, [Tagging(CARD, 1, (PII,))] * count)


async def test_who_may_not_write_changes_nothing(domain: Domain, actor: Actor) -> None:
    operator = Actor(actor.tenant, "olga", permissions=PERMISSIONS[Role.OPERATOR])

    with pytest.raises(Forbidden):
        await domain.curation.tag(operator, [Tagging(CARD, 1, (PII,))])
    with pytest.raises(Forbidden):
        await domain.curation.assign(operator, [Assignment(CARD, 1, ("olga",))])

    assert (await asset(domain, actor)).version == 1


async def test_of_two_edits_of_one_version_exactly_one_wins(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    """All stand at the same lock when it is let go, each on a connection of its own."""
    words = {AssetField.DESCRIPTION: "Mine."}

    async with sql.transaction():
        await sql.execute("SELECT 1 FROM asset WHERE fqn = $1 FOR UPDATE", str(CARD))
        editing = [
            asyncio.ensure_future(domain.assets.update(actor, CARD, words, 1)),
            asyncio.ensure_future(domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "Yours."}, 1)),
        ]
        tagging = asyncio.ensure_future(domain.curation.tag(actor, [Tagging(CARD, 1, (PII,))]))
        await until_waiting_for_a_lock(sql, 3)
    edits = await asyncio.gather(*editing, return_exceptions=True)
    (tagged,) = await tagging

    won = [edit for edit in edits if isinstance(edit, Asset)] + ([tagged.asset] if tagged.asset else [])
    lost = [edit for edit in [*edits, tagged.error] if isinstance(edit, VersionConflict)]
    assert (len(won), len(lost)) == (1, 2)
    assert [conflict.current for conflict in lost] == [2, 2]
    assert await asset(domain, actor) == won[0]
    assert (
        await sql.fetchval("SELECT count(*) FROM asset_version JOIN asset ON id = asset_id WHERE fqn = $1", str(CARD))
        == 2
    )


async def test_of_two_releases_of_one_version_exactly_one_wins(domain: Domain, actor: Actor) -> None:
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "Mine."}, 1)

    tries = await asyncio.gather(
        *(domain.assets.release(actor, CARD, AssetField.DESCRIPTION, 2) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in tries) == ["Asset", *["VersionConflict"] * 3]
    assert (await asset(domain, actor)).version == 3
