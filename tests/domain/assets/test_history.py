"""What assets were: versions as differences, and the catalogue at a moment."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlmodel import col

from domain.assets.curation import Assignment, Tagging
from domain.assets.history import Moment, _as_of
from domain.assets.model import Asset, AssetField, AssetType, FieldOrigin, FoundSchema
from domain.assets.tables import AssetRow
from domain.assets.tags import TagDraft
from domain.assets.versions import AssetVersion, Change, differences
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.model import RunId
from tests.factories.assets import FOUND_AT, PUBLIC, add_tables, found_schema, found_table, store_schemas
from tests.factories.connections import add_connection
from tests.factories.runs import described, enriched_run
from tests.fakes.clock import HandClock

CARD = PUBLIC.child("card")
WHOLE = PageRequest()


def test_differences_name_what_came_changed_and_went() -> None:
    before = {"same": 1, "changed": 1, "gone": [1], "nothing": None}

    assert differences(before, {"same": 1, "changed": 2, "new": "x", "void": None}) == (
        Change("changed", 1, 2),
        Change("gone", [1], None),
        Change("new", None, "x"),
    )


@pytest.fixture
async def domain(timed_domain: Domain, actor: Actor) -> Domain:
    """On the clock of the test, with a table in the catalogue."""
    await add_connection(timed_domain, actor)
    await add_tables(timed_domain, actor, "card")
    return timed_domain


async def asset(domain: Domain, actor: Actor, fqn: Fqn = CARD) -> Asset:
    found = await domain.read.assets.find(actor.tenant, fqn)
    assert found is not None
    return found


async def versions(domain: Domain, actor: Actor, request: PageRequest = WHOLE) -> list[AssetVersion]:
    card = await asset(domain, actor)
    page = await domain.read.history.versions(actor.tenant, card.id, request)
    return [version for _, version in page.items]


@pytest.mark.db
async def test_each_version_tells_what_it_changed_and_nothing_else(domain: Domain, actor: Actor) -> None:
    run = await enriched_run(domain, actor, CARD, [described(CARD, "A card.")])
    await domain.approvals.approve(actor, run.id)
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "My card."}, 2)
    await domain.curation.tag(actor, [Tagging(CARD, 3, (TagDraft("pii", "Names."),))])
    commented = FoundSchema(PUBLIC, FOUND_AT, (found_table(CARD, comment="said there"),))
    await store_schemas(domain, actor, "bank", [commented])

    ingested, tagged, edited, saved, found = await versions(domain, actor)

    assert ingested.captured == (Change("comment", None, "said there"),)
    assert (ingested.fields, ingested.tags, ingested.change) == ((), (), "changed in the source")
    assert [(change.name, change.before, change.after and change.after.name) for change in tagged.tags] == [
        ("pii", None, "pii")
    ]
    assert (tagged.captured, tagged.fields) == ((), ())
    (change,) = edited.fields
    assert change.before is not None
    assert change.after is not None
    assert (change.name, change.before.value, change.after.value) == (AssetField.DESCRIPTION, "A card.", "My card.")
    assert (change.before.origin, change.after.origin) == (FieldOrigin.GENERATED, FieldOrigin.HUMAN)
    assert (edited.run_id, edited.actor, edited.change) == (None, "ada", "edited description")
    assert (saved.run_id, saved.change) == (run.id, "saved description")
    assert (found.version, found.change, found.fields) == (1, "found", ())
    assert {change.name for change in found.captured} >= {"primary_key", "unique_keys"}


@pytest.mark.db
async def test_what_a_thing_is_and_where_it_stands_is_a_difference_too(domain: Domain, actor: Actor) -> None:
    view = replace(found_table(CARD, "amount", "id"), type=AssetType.VIEW)
    await store_schemas(domain, actor, "bank", [FoundSchema(PUBLIC, FOUND_AT, (view,))])

    table, *_ = await versions(domain, actor)
    column = await asset(domain, actor, CARD.child("id"))
    moved, *_ = (await domain.read.history.versions(actor.tenant, column.id, WHOLE)).items

    assert table.captured == (Change("type", "TABLE", "VIEW"),)
    assert moved[1].captured == (Change("position", 1, 2),)


@pytest.mark.db
async def test_pages_of_a_history_meet_and_know_what_lies_before_them(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    for version in range(1, 6):
        await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: f"Words {version}."}, version)
    whole = await versions(domain, actor)

    first = await versions(domain, actor, PageRequest(first=2))
    second = await versions(domain, actor, PageRequest(first=4, after="5"))
    last = await versions(domain, actor, PageRequest(last=2, before="1"))

    assert [*first, *second] == whole
    assert last == whole[-3:-1]
    card = await asset(domain, actor)
    assert await domain.read.history.count(actor.tenant, card.id) == 6


@pytest.mark.db
async def test_an_asset_is_shown_as_it_was(domain: Domain, actor: Actor, clock: HandClock) -> None:
    found_at = clock()
    found = await asset(domain, actor)
    clock.advance(days=1)
    await domain.assets.update(actor, CARD, {AssetField.DESCRIPTION: "My card."}, 1)
    edited_at, edited = clock(), await asset(domain, actor)
    clock.advance(days=1)
    await domain.curation.assign(actor, [Assignment(CARD, 2, ("ada",))])
    await domain.curation.tag(actor, [Tagging(CARD, 3, (TagDraft("pii", "Names."),))])
    now = await asset(domain, actor)

    moments = {
        found_at - timedelta(seconds=1): None,
        found_at: found,
        edited_at - timedelta(seconds=1): found,
        edited_at: edited,
        clock(): now,
    }
    seen = await domain.read.history.assets(actor.tenant, [Moment(CARD, at) for at in moments])

    assert {at: seen.get(Moment(CARD, at)) for at in moments} == moments
    assert (found.version, edited.version, now.version) == (1, 2, 4)


@pytest.mark.db
async def test_a_table_has_the_columns_that_it_had(domain: Domain, actor: Actor, clock: HandClock) -> None:
    at_first = Moment(CARD, clock())
    clock.advance(days=1)
    without = FoundSchema(PUBLIC, clock(), (replace(found_table(CARD, "amount", "added"), type=AssetType.VIEW),))
    await store_schemas(domain, actor, "bank", [without])
    later = Moment(CARD, clock())
    clock.advance(days=1)
    await store_schemas(domain, actor, "bank", [found_schema(PUBLIC, observed_at=clock())])
    gone = Moment(CARD, clock())

    tables = await domain.read.history.assets(actor.tenant, [at_first, later, gone])
    columns = await domain.read.history.children(actor.tenant, [at_first, later, gone])

    assert {moment: (table.type, table.deleted_at) for moment, table in tables.items()} == {
        at_first: (AssetType.TABLE, None),
        later: (AssetType.VIEW, None),
        gone: (AssetType.VIEW, clock()),
    }
    assert {moment: [column.fqn.name for column in found] for moment, found in columns.items()} == {
        at_first: ["id", "amount"],
        later: ["amount", "added"],
        gone: [],
    }


@pytest.mark.db
async def test_what_vanished_with_its_schema_was_there_before(domain: Domain, actor: Actor, clock: HandClock) -> None:
    before = Moment(CARD, clock())
    clock.advance(days=1)
    (run,) = [version.run_id for version in await versions(domain, actor)]
    assert run is not None
    await domain.items.forget_schemas(actor, RunId(run), Fqn.parse("bank.main"), ())

    seen = await domain.read.history.assets(actor.tenant, [before, Moment(CARD, clock())])

    assert [found.deleted_at for found in seen.values()] == [None, clock()]


@pytest.mark.db
async def test_the_past_of_an_asset_is_found_in_an_index(
    domain: Domain, actor: Actor, clock: HandClock, sql: asyncpg.Connection
) -> None:
    await sql.execute(
        "INSERT INTO asset_version SELECT (jsonb_populate_record(v, jsonb_build_object('version', n))).*"
        " FROM asset_version AS v, generate_series(2, 5000) AS n"
    )
    await sql.execute("ANALYZE asset_version")

    statement = _as_of(actor.tenant, clock()).where(col(AssetRow.fqn) == str(CARD))
    compiled = statement.compile(dialect=PGDialect_asyncpg(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
    plan = await sql.fetch(f"EXPLAIN {compiled}")
    lines = [line["QUERY PLAN"] for line in plan]
    assert [line for line in lines if "Seq Scan on asset_version" in line] == []
    assert len([line for line in lines if "asset_version_pkey on asset_version" in line]) == 2, "\n".join(lines)
