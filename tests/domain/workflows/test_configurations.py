"""Set-ups are saved, changed by one at a time, and started as a request for a run is."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, UnsupportedTargetLevel, VersionConflict
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor, Permission
from domain.runs.model import RunRequest, RunStatus, RunType
from domain.triggers import Trigger
from domain.workflows.model import ConfigurationId, Schedule, SetUp
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.configurations import add_configuration, setup_of
from tests.factories.connections import add_connection

pytestmark = pytest.mark.db

NIGHTLY = Schedule("30 2 * * *", "Europe/Berlin")
HALF_PAST_TWO = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)


@pytest.fixture
async def card(domain: Domain, actor: Actor) -> Fqn:
    await add_connection(domain, actor)
    (table,) = await add_tables(domain, actor, "card")
    return table


async def written(sql: asyncpg.Connection) -> list[int]:
    names = ("workflow_configuration", "workflow_run", "domain_event", "audit_event")
    return [int(await sql.fetchval(f"SELECT count(*) FROM {name}")) for name in names]


async def test_a_configuration_is_read_back_as_it_was_saved(domain: Domain, actor: Actor, card: Fqn) -> None:
    setup = setup_of(
        card,
        parameters={"sample_size": 10},
        save_all=True,
        schedule=NIGHTLY,
        triggers=frozenset({Trigger.CONNECTION_INGESTED, Trigger.RUN_SAVED}),
        is_enabled=False,
    )

    made = await domain.configurations.create(actor, setup)

    assert (made.setup, made.version, made.schedule_in_force) == (setup, 1, None)
    assert await domain.read.configurations.by_ids(actor.tenant, [made.id]) == {made.id: made}


@pytest.mark.parametrize(
    ("case", "setup", "error", "said"),
    [
        ("database", setup_of(Fqn.of("bank", "main")), UnsupportedTargetLevel, "is not a schema or a table"),
        ("no targets", setup_of(), Invalid, "at least one schema or table"),
        ("unknown table", setup_of(PUBLIC.child("gone")), Invalid, "The catalogue has no table"),
        ("unknown connection", setup_of(Fqn.parse("shop.main.public.card")), NotFound, "no connection 'shop'"),
        ("ingestion of a table", setup_of(PUBLIC, run_type=RunType.SERVICE_INGESTION), Invalid, "takes no targets"),
    ],
)
async def test_what_could_not_be_started_is_not_saved(
    case: str,
    setup: SetUp,
    error: type[DomainError],
    said: str,
    domain: Domain,
    actor: Actor,
    card: Fqn,
    sql: asyncpg.Connection,
) -> None:
    before = await written(sql)

    with pytest.raises(error, match=said):
        await domain.configurations.create(actor, setup)

    assert await written(sql) == before


async def test_who_may_not_write_saves_nothing_and_who_may_not_run_starts_nothing(
    domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    operator = replace(actor, permissions=frozenset({Permission.READ, Permission.RUN}))
    member = replace(actor, permissions=operator.permissions | {Permission.WRITE})
    viewer = replace(actor, permissions=frozenset({Permission.READ}))
    before = await written(sql)
    refused: list[Awaitable[object]] = [
        domain.configurations.create(operator, setup_of(card, name="other")),
        domain.configurations.update(operator, made.id, replace(made.setup, name="other"), 1),
        domain.configurations.delete(member, made.id, 1),
        domain.starts.start(viewer, made.id),
        domain.starts.start_due(viewer, made.id, HALF_PAST_TWO),
        domain.starts.start_triggered(viewer, made.id, new_id(), None),
    ]

    for call in refused:
        with pytest.raises(Forbidden):
            await call

    assert await written(sql) == before


async def test_a_name_is_free_again_when_its_configuration_was_deleted(domain: Domain, actor: Actor, card: Fqn) -> None:
    first = await add_configuration(domain, actor, card)
    other = await add_configuration(domain, actor, card, name="other")

    with pytest.raises(Conflict, match="There is a workflow configuration 'nightly' already"):
        await add_configuration(domain, actor, card)
    with pytest.raises(Conflict, match="There is a workflow configuration 'nightly' already"):
        await domain.configurations.update(actor, other.id, replace(other.setup, name="nightly"), 1)
    await domain.configurations.delete(actor, first.id, 1)
    second = await add_configuration(domain, actor, card)

    assert second.id != first.id


async def test_of_two_changes_at_once_one_wins_and_the_other_hears_the_version(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card)
    names = ("one", "two")

    outcomes = await asyncio.gather(
        *(domain.configurations.update(actor, made.id, replace(made.setup, name=name), 1) for name in names),
        return_exceptions=True,
    )

    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, VersionConflict)]
    (won,) = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert (lost.current, won.version) == (2, 2)
    assert (await domain.read.configurations.by_ids(actor.tenant, [made.id]))[made.id] == won


async def test_a_change_that_changes_nothing_makes_no_version(
    domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    before = await written(sql)

    again = await domain.configurations.update(actor, made.id, made.setup, 1)

    assert (again, await written(sql)) == (made, before)


async def test_a_configuration_whose_table_is_gone_can_be_switched_off_but_not_changed_in_its_work(
    domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    await sql.execute("UPDATE asset SET deleted_at = now() WHERE fqn = 'bank.main.public.card'")

    off = await domain.configurations.update(actor, made.id, replace(made.setup, is_enabled=False), 1)
    with pytest.raises(Invalid, match="The catalogue has no table"):
        await domain.configurations.update(
            actor, made.id, replace(off.setup, work=replace(off.setup.work, save_all=True)), 2
        )

    assert (off.version, off.schedule_in_force) == (2, None)


async def test_a_started_run_is_what_was_set_up_and_remembers_by_whom(domain: Domain, actor: Actor, card: Fqn) -> None:
    made = await add_configuration(
        domain, actor, card, parameters={"seed": 7}, save_all=True, schedule=NIGHTLY, is_enabled=False
    )

    run = await domain.starts.start(actor, made.id)

    assert (run.type, run.targets, run.parameters, run.save_all) == (RunType.PROFILING, (card,), {"seed": 7}, True)
    assert (run.status, run.requested_by) == (RunStatus.PENDING, actor.name)
    assert (run.configuration_id, run.led_by) == (made.id, (made.id,))


async def test_a_key_starts_one_run_however_often_it_comes(domain: Domain, actor: Actor, card: Fqn) -> None:
    made = await add_configuration(domain, actor, card)

    same = await asyncio.gather(*(domain.starts.start(actor, made.id, "once") for _ in range(5)))
    other = await domain.starts.start(actor, made.id)

    assert len({run.id for run in same}) == 1
    assert other.id != same[0].id


async def test_a_time_starts_one_run_whatever_the_offset_it_is_written_with(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    in_berlin = HALF_PAST_TWO.astimezone(timezone(timedelta(hours=1)))

    first, again = [await domain.starts.start_due(actor, made.id, at) for at in (HALF_PAST_TWO, in_berlin)]
    next_night = await domain.starts.start_due(actor, made.id, HALF_PAST_TWO + timedelta(days=1))

    assert first is not None
    assert again is not None
    assert next_night is not None
    assert (again.id, again.configuration_id) == (first.id, made.id)
    assert next_night.id != first.id


async def test_a_time_that_comes_after_the_schedule_was_taken_away_starts_nothing(
    domain: Domain, actor: Actor, card: Fqn, sql: asyncpg.Connection
) -> None:
    made = await add_configuration(domain, actor, card, schedule=NIGHTLY)
    await domain.configurations.update(actor, made.id, replace(made.setup, is_enabled=False), 1)
    before = await written(sql)

    assert await domain.starts.start_due(actor, made.id, HALF_PAST_TWO) is None
    await domain.configurations.delete(actor, made.id, 2)
    assert await domain.starts.start_due(actor, made.id, HALF_PAST_TWO) is None

    assert (await written(sql))[1] == before[1]


async def test_what_is_deleted_is_not_started_and_its_runs_still_name_it(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card)
    run = await domain.starts.start(actor, made.id)

    await domain.configurations.delete(actor, made.id, 1)

    with pytest.raises(NotFound, match="no workflow configuration"):
        await domain.starts.start(actor, made.id)
    found = await domain.read.configurations.by_ids(actor.tenant, [ConfigurationId(run.configuration_id or new_id())])
    assert [one.name for one in found.values()] == ["nightly"]


async def test_a_step_of_a_chain_knows_which_configurations_led_to_it_but_was_not_started_by_one(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    made = await add_configuration(domain, actor, card, run_type=RunType.RUN_ALL)
    chain = await domain.starts.start(actor, made.id)

    step = await domain.runs.request(actor, RunRequest(RunType.PROFILING, "bank", (card,)), chain.id)

    assert (step.parent_id, step.configuration_id, step.led_by) == (chain.id, None, (made.id,))


async def test_those_that_wait_for_an_event_are_found_without_those_that_led_to_it(
    domain: Domain, actor: Actor, card: Fqn
) -> None:
    await add_connection(domain, actor, "shop")
    saved = frozenset({Trigger.RUN_SAVED})
    one, two = [await add_configuration(domain, actor, card, name=name, triggers=saved) for name in ("one", "two")]
    await add_configuration(domain, actor, card, name="off", triggers=saved, is_enabled=False)
    await add_configuration(domain, actor, card, name="other", triggers=frozenset({Trigger.ASSET_CREATED}))
    gone = await add_configuration(domain, actor, card, name="gone", triggers=saved)
    await domain.configurations.delete(actor, gone.id, 1)
    waiting = domain.read.configurations.waiting

    assert await waiting(actor.tenant, Trigger.RUN_SAVED, "bank", ()) == [one.id, two.id]
    assert await waiting(actor.tenant, Trigger.RUN_SAVED, "bank", (one.id,)) == [two.id]
    assert await waiting(actor.tenant, Trigger.RUN_SAVED, "shop", ()) == []
