"""Storing what a source holds: add, change, vanish, return, and leave alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.assets.model import Asset, AssetField, AssetType, FoundSchema, IngestionCounts
from domain.assets.queries import AssetFilter
from domain.bootstrap import Domain
from domain.errors import Invalid, VersionConflict
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from tests.factories.assets import FOUND_AT, PUBLIC, found_column, found_schema, found_table, store_schemas
from tests.factories.connections import add_connection

pytestmark = pytest.mark.db

CARD, ACCOUNT = PUBLIC.child("card"), PUBLIC.child("account")


@pytest.fixture(autouse=True)
async def connection(domain: Domain, actor: Actor) -> None:
    await add_connection(domain, actor)


async def store(domain: Domain, actor: Actor, *found: FoundSchema) -> Sequence[IngestionCounts]:
    return await store_schemas(domain, actor, "bank", found)


async def assets(domain: Domain, actor: Actor, *, include_deleted: bool = False) -> dict[str, Asset]:
    wanted = AssetFilter(include_deleted=include_deleted)
    page = await domain.read.assets.page(actor.tenant, None, wanted, PageRequest(first=100))
    return {str(asset.fqn): asset for _, asset in page.items}


async def test_a_schema_is_added_with_all_that_is_above_and_below(domain: Domain, actor: Actor) -> None:
    (counts,) = await store(domain, actor, found_schema(PUBLIC, "card"))

    assert counts == IngestionCounts(added=4, changed=0, removed=0, unchanged=0)
    assert {fqn: asset.type for fqn, asset in (await assets(domain, actor)).items()} == {
        "bank": AssetType.SERVICE,
        "bank.main": AssetType.DATABASE,
        "bank.main.public": AssetType.SCHEMA,
        "bank.main.public.card": AssetType.TABLE,
        "bank.main.public.card.id": AssetType.COLUMN,
        "bank.main.public.card.amount": AssetType.COLUMN,
    }


async def test_what_did_not_change_keeps_its_version(domain: Domain, actor: Actor) -> None:
    await store(domain, actor, found_schema(PUBLIC, "card"))

    (counts,) = await store(domain, actor, found_schema(PUBLIC, "card"))

    assert counts == IngestionCounts(added=0, changed=0, removed=0, unchanged=4)
    assert {asset.version for asset in (await assets(domain, actor)).values()} == {1}


async def test_a_change_makes_a_new_version_and_keeps_what_people_said(domain: Domain, actor: Actor) -> None:
    await store(domain, actor, found_schema(PUBLIC, "card"))
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "Our cards."}, 1)
    commented = FoundSchema(PUBLIC, FOUND_AT, (found_table(CARD, comment="from the source"),))

    (counts,) = await store(domain, actor, commented)

    assert counts == IngestionCounts(added=0, changed=1, removed=0, unchanged=3)
    card = (await assets(domain, actor))[str(CARD)]
    assert (card.version, card.captured["comment"]) == (3, "from the source")
    assert card.value(AssetField.DESCRIPTION) == "Our cards."


async def test_a_column_that_moves_or_changes_its_type_is_a_change(domain: Domain, actor: Actor) -> None:
    await store(domain, actor, found_schema(PUBLIC, "card"))
    table = replace(found_table(CARD), columns=(found_column("amount", 1), found_column("id", 2, "bigint")))

    (counts,) = await store(domain, actor, FoundSchema(PUBLIC, FOUND_AT, (table,)))

    assert (counts.changed, counts.unchanged) == (2, 2)


async def test_what_vanished_is_hidden_and_what_returned_is_the_same_asset(domain: Domain, actor: Actor) -> None:
    await store(domain, actor, found_schema(PUBLIC, "card", "account"))
    before = (await assets(domain, actor))[str(CARD)]
    gone_at = FOUND_AT + timedelta(days=1)

    (gone,) = await store(domain, actor, found_schema(PUBLIC, "account", observed_at=gone_at))

    assert gone == IngestionCounts(added=0, changed=0, removed=3, unchanged=4)
    assert str(CARD) not in await assets(domain, actor)
    assert (await assets(domain, actor, include_deleted=True))[str(CARD)].deleted_at == gone_at

    (again,) = await store(domain, actor, found_schema(PUBLIC, "account", observed_at=gone_at))
    (back,) = await store(domain, actor, found_schema(PUBLIC, "card", "account"))

    assert (again.removed, back.changed, back.added) == (0, 3, 0)
    after = (await assets(domain, actor))[str(CARD)]
    assert (after.id, after.deleted_at, after.version) == (before.id, None, 3)


async def test_a_vanished_column_leaves_its_table(domain: Domain, actor: Actor) -> None:
    await store(domain, actor, found_schema(PUBLIC, "card"))

    await store(domain, actor, FoundSchema(PUBLIC, FOUND_AT, (found_table(CARD, "id"),)))

    context = await domain.read.assets.table(actor.tenant, CARD)
    assert [column.fqn.name for column in context.columns] == ["id"]


async def test_a_schema_touches_no_sibling_with_the_same_prefix(domain: Domain, actor: Actor) -> None:
    sibling = PUBLIC.parent.child("public_archive") if PUBLIC.parent else PUBLIC
    await store(domain, actor, found_schema(sibling, "card"), found_schema(PUBLIC, "card"))

    (counts,) = await store(domain, actor, found_schema(PUBLIC))

    assert counts.removed == 3
    assert str(sibling.child("card")) in await assets(domain, actor)


async def test_service_database_and_schema_may_be_named_alike(domain: Domain, actor: Actor) -> None:
    alike = Fqn.parse("bank.bank.bank")

    await store(domain, actor, found_schema(alike, "bank"))

    found = await assets(domain, actor)
    assert {fqn: found[fqn].type for fqn in ("bank", "bank.bank", "bank.bank.bank", "bank.bank.bank.bank")} == {
        "bank": AssetType.SERVICE,
        "bank.bank": AssetType.DATABASE,
        "bank.bank.bank": AssetType.SCHEMA,
        "bank.bank.bank.bank": AssetType.TABLE,
    }


async def test_schemas_that_are_stored_at_once_share_their_service_and_database(domain: Domain, actor: Actor) -> None:
    schemas = [Fqn.of("bank", "main", f"s{number}") for number in range(8)]

    stored = await asyncio.gather(*(store(domain, actor, found_schema(schema, "card")) for schema in schemas))

    assert [counts.added for (counts,) in stored] == [4] * 8
    assert len(await assets(domain, actor)) == 2 + 8 * 4


async def test_names_that_need_quotes_are_kept_as_they_are(domain: Domain, actor: Actor) -> None:
    odd = Fqn.of("bank", "main", 'a.b "c"')

    await store(domain, actor, found_schema(odd, "x.y"))

    children = await domain.read.assets.children(actor.tenant, [odd])
    assert [child.fqn for child in children[odd]] == [odd.child("x.y")]


async def test_an_edit_of_an_older_version_is_refused(domain: Domain, actor: Actor) -> None:
    await store(domain, actor, found_schema(PUBLIC, "card"))
    await domain.assets.update(actor, CARD, {AssetField.OWNER: "Cards team"}, 1)

    with pytest.raises(VersionConflict, match="is at version 2, not 1"):
        await domain.assets.update(actor, CARD, {AssetField.OWNER: "Somebody else"}, 1)

    assert (await assets(domain, actor))[str(CARD)].value(AssetField.OWNER) == "Cards team"


async def test_only_a_service_or_its_configured_database_is_registered(domain: Domain, actor: Actor) -> None:
    for wrong in ("bank.other", "bank.main.public", "shop"):
        with pytest.raises(Invalid, match="is neither the service bank nor its database"):
            await domain.assets.register(actor, "bank", Fqn.parse(wrong), "event-1")

    assert (await domain.assets.register(actor, "bank", Fqn.parse("bank.main"), "event-1")).is_new
