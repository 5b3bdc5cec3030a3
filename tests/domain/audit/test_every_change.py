"""Every use case leaves an audit event with what was before and after, or is listed here with the reason why not."""

from collections.abc import Mapping
from dataclasses import replace

import asyncpg
import pytest

from domain.assets.curation import Assignment
from domain.assets.model import AssetField
from domain.bootstrap import Domain
from domain.connections.model import ConnectionKind
from domain.fqn import Fqn
from domain.glossary.model import TermEdit
from domain.identity import Actor
from domain.metrics.model import MetadataCheck
from domain.pages import PageRequest
from domain.runs.decisions import ChangeDecision
from domain.runs.model import Decision, RunId, RunRequest, RunState, RunStatus, RunType
from domain.runs.queries import RunFilter
from tests.domain.tenancy.house import House, build
from tests.domain.tenancy.test_strangers import WRITES, Call
from tests.factories.assets import PUBLIC, found_schema
from tests.factories.connections import settings_of
from tests.factories.rules import executed
from tests.factories.scenes import CARD

pytestmark = pytest.mark.db

PROGRESS = "how far a run is: its row, items, output and log lines say so themselves"
SUGGESTED = "what a run measured or suggests is kept under the run; deciding about it is audited"
NOT_AUDITED: Mapping[str, str] = {
    "places.fill": "the run was asked for, and that was recorded; when its turn comes is no decision of anybody",
    "claims.claim": PROGRESS,
    "claims.heed": PROGRESS,
    "items.fail": PROGRESS,
    "items.fail_unfinished": PROGRESS,
    "items.finish": PROGRESS,
    "items.finish_enriched": SUGGESTED,
    "items.finish_generated": SUGGESTED,
    "items.finish_profiled": SUGGESTED,
    "items.open_items": PROGRESS,
    "items.start": PROGRESS,
    "ledger.keep": "an answer that spares a later call decides nothing",
    "trials.finish": PROGRESS,
    "runs.beat": PROGRESS,
    "runs.log": PROGRESS,
    "runs.record_failure": PROGRESS,
    "runs.record_launch": PROGRESS,
    "runs.record_output": PROGRESS,
    "spending.account": "it reads what the items say",
    "spending.begin": PROGRESS,
    "spending.leave_out": PROGRESS,
    "spending.reserve": PROGRESS,
}


DRAFT = TermEdit("Draft", "What nobody has agreed on yet.")
Event = tuple[str, str, bool, bool]
"""Action, resource, whether it says what was before, whether it says what was afterwards."""


async def decide_one_change(house: House, actor: Actor) -> None:
    changes = await house.domain.read.runs.changes(actor.tenant, house.outdated, (), PageRequest())
    decision = ChangeDecision(changes.items[0][1].id, Decision.REJECTED)
    await house.domain.approvals.decide_changes(actor, house.outdated, [decision])


async def newest_run(house: House, actor: Actor) -> RunId:
    return (await house.domain.read.runs.page(actor.tenant, None, RunFilter(), PageRequest())).items[0][1].id


async def report_that_it_runs(house: House, actor: Actor) -> None:
    state = RunState(RunStatus.RUNNING, house.domain.clock())
    await house.domain.runs.record_state(actor, await newest_run(house, actor), state)


async def cancel_the_newest(house: House, actor: Actor) -> None:
    await house.domain.runs.cancel(actor, await newest_run(house, actor))


async def ingest(house: House, actor: Actor) -> None:
    run = await newest_run(house, actor)
    await house.domain.items.open_items(actor, run, [PUBLIC])
    await house.domain.items.finish_ingested(actor, run, found_schema(PUBLIC, "card", "new"))


async def find_undescribed(house: House, actor: Actor) -> None:
    check = MetadataCheck(CARD, "described", 0, 1, "Describe the table.")
    now = house.domain.clock()
    await house.domain.assessments.finish_metadata(actor, house.waiting, CARD, now, [check])


async def pass_again(house: House, actor: Actor) -> None:
    passed = executed(house.rule, house.domain.clock(), failed=0)
    await house.domain.assessments.finish_executed(actor, house.waiting, CARD, [passed], scored=True)


async def assign_what_was_tagged(house: House, actor: Actor) -> None:
    await house.domain.curation.assign(actor, [Assignment(CARD, house.card.version + 1, ("ada",))])


async def update_what_was_assigned(house: House, actor: Actor) -> None:
    await house.domain.assets.update(actor, CARD, {AssetField.DOMAIN: "Payments"}, house.card.version + 2)


async def release_what_was_edited(house: House, actor: Actor) -> None:
    await house.domain.assets.release(actor, CARD, AssetField.DOMAIN, house.card.version + 3)


async def delete_a_draft(house: House, actor: Actor) -> None:
    draft = await house.domain.read.glossary.named(actor.tenant, DRAFT.name)
    assert draft is not None
    await house.domain.glossary.delete(actor, draft.id, draft.version)


async def delete_the_configuration(house: House, actor: Actor) -> None:
    await house.domain.configurations.delete(actor, house.configuration.id, house.configuration.version + 1)


async def delete_what_was_changed(house: House, actor: Actor) -> None:
    await house.domain.connections.delete(actor, house.connection.id, house.connection.version + 1)


STEPS: Mapping[str, tuple[Call, Event]] = {
    "violations.update": (WRITES["violations.update"], ("update", "violation", True, True)),
    "violations.update_matching": (WRITES["violations.update_matching"], ("update_matching", "violation", False, True)),
    "approvals.decide_changes": (decide_one_change, ("decide", "run", True, True)),
    "approvals.decide_matching": (WRITES["approvals.decide_matching"], ("decide", "run", True, True)),
    "approvals.reject": (WRITES["approvals.reject"], ("rejected", "run", True, True)),
    "approvals.reset": (WRITES["approvals.reset"], ("reset", "run", True, True)),
    "approvals.approve": (WRITES["approvals.approve"], ("approved", "run", True, True)),
    "approvals.undo": (lambda h, a: h.domain.approvals.undo(a, h.waiting), ("undo", "run", True, True)),
    "assessments.finish_executed": (pass_again, ("assess", "asset", False, True)),
    "assessments.finish_metadata": (find_undescribed, ("assess", "asset", False, True)),
    "assets.register": (
        lambda h, a: h.domain.assets.register(a, "bank", Fqn.of("bank", "main"), "again"),
        ("register", "asset", False, True),
    ),
    "curation.tag": (WRITES["curation.tag"], ("tag", "asset", True, True)),
    "curation.assign": (assign_what_was_tagged, ("assign", "asset", True, True)),
    "assets.update": (update_what_was_assigned, ("update", "asset", True, True)),
    "assets.release": (release_what_was_edited, ("release", "asset", True, True)),
    "glossary.upsert": (WRITES["glossary.upsert"], ("update", "glossary_term", True, True)),
    "glossary.delete": (delete_a_draft, ("delete", "glossary_term", True, False)),
    "glossary_links.unlink": (WRITES["glossary_links.unlink"], ("unlink", "glossary_term", True, False)),
    "glossary_links.link": (WRITES["glossary_links.link"], ("link", "glossary_term", False, True)),
    "members.grant": (WRITES["members.grant"], ("grant", "member", True, True)),
    "members.revoke": (WRITES["members.revoke"], ("revoke", "member", True, False)),
    "tokens.create": (WRITES["tokens.create"], ("create", "service_token", False, True)),
    "tokens.revoke": (WRITES["tokens.revoke"], ("revoke", "service_token", True, False)),
    "metrics.set_invalidation": (WRITES["metrics.set_invalidation"], ("update", "metric_invalidation", True, True)),
    "metrics.update_dimension": (WRITES["metrics.update_dimension"], ("update", "dimension", True, True)),
    "metrics.update_metric": (WRITES["metrics.update_metric"], ("update", "metric", True, True)),
    "rules.create": (WRITES["rules.create"], ("create", "rule", False, True)),
    "rules.update": (WRITES["rules.update"], ("update", "rule", True, True)),
    "trials.start": (WRITES["trials.start"], ("request", "run", False, True)),
    "rule_states.change": (WRITES["rule_states.change"], ("retired", "rule", True, True)),
    "configurations.create": (WRITES["configurations.create"], ("create", "workflow_configuration", False, True)),
    "starts.start": (WRITES["starts.start"], ("request", "run", False, True)),
    "starts.start_due": (WRITES["starts.start_due"], ("request", "run", False, True)),
    "starts.start_triggered": (WRITES["starts.start_triggered"], ("request", "run", False, True)),
    "configurations.update": (WRITES["configurations.update"], ("update", "workflow_configuration", True, True)),
    "configurations.delete": (delete_the_configuration, ("delete", "workflow_configuration", True, False)),
    "runs.retry": (WRITES["runs.retry"], ("retry", "run", True, True)),
    "runs.request": (
        lambda h, a: h.domain.runs.request(a, RunRequest(RunType.SERVICE_INGESTION, "bank")),
        ("request", "run", False, True),
    ),
    "runs.record_state": (report_that_it_runs, ("report", "run", True, True)),
    "items.finish_ingested": (ingest, ("ingest", "asset", False, True)),
    "items.forget_schemas": (WRITES["items.forget_schemas"], ("forget", "asset", True, True)),
    "runs.cancel": (cancel_the_newest, ("cancel", "run", True, True)),
    "connections.create": (
        lambda h, a: h.domain.connections.create(a, "other", ConnectionKind.POSTGRESQL, settings_of()),
        ("create", "connection", False, True),
    ),
    "connections.record_check": (WRITES["connections.record_check"], ("check", "connection", True, True)),
    "connections.update": (WRITES["connections.update"], ("update", "connection", True, True)),
    "connections.delete": (delete_what_was_changed, ("delete", "connection", True, False)),
}
"""In an order in which each is possible."""


@pytest.fixture
async def house(domain: Domain, actor: Actor) -> House:
    await domain.glossary.upsert(actor, DRAFT)
    return await build(domain, actor)


async def events_after(sql: asyncpg.Connection, position: int) -> list[Event]:
    rows = await sql.fetch(
        "SELECT action, resource, jsonb_typeof(before) = 'object' AS before, jsonb_typeof(after) = 'object' AS after"
        " FROM audit_event WHERE position > $1 ORDER BY position",
        position,
    )
    return [(row["action"], row["resource"], bool(row["before"]), bool(row["after"])) for row in rows]


def test_every_use_case_is_audited_or_has_a_reason() -> None:
    assert STEPS.keys() | NOT_AUDITED.keys() == WRITES.keys(), "record() what it changes, and add a step"
    assert not STEPS.keys() & NOT_AUDITED.keys()


async def test_each_change_leaves_one_event_that_says_what_changed(
    house: House, actor: Actor, sql: asyncpg.Connection
) -> None:
    found = {}
    for name, (call, _) in STEPS.items():
        last = await sql.fetchval("SELECT max(position) FROM audit_event")
        await call(house, actor)
        found[name] = await events_after(sql, last)

    assert found == {name: [event] for name, (_, event) in STEPS.items()}


async def test_an_event_names_who_did_it_and_the_request(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    asking = replace(actor, request_id="req-7")

    await domain.connections.create(asking, "bank", ConnectionKind.POSTGRESQL, settings_of())

    row = await sql.fetchrow("SELECT actor, request_id, resource_key, project_id FROM audit_event")
    assert tuple(row) == ("ada", "req-7", "bank", actor.tenant.project_id)
