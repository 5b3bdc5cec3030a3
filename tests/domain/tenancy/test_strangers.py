"""Whoever belongs to another project sees nothing of this one and changes nothing in it, whatever is called."""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from domain.access.model import Role
from domain.assets.curation import Assignment, Tagging
from domain.assets.history import Moment
from domain.assets.model import AssetField, AssetResult
from domain.assets.queries import AssetFilter
from domain.assets.tags import TagDraft
from domain.bootstrap import Domain, Queries
from domain.connections.model import ConnectionKind
from domain.errors import DomainError
from domain.glossary.model import TermEdit
from domain.glossary.queries import TermFilter
from domain.identifiers import new_id
from domain.identity import Actor
from domain.ledger.model import KeptAnswer
from domain.members.model import Grant
from domain.metrics.model import Scorecard, ScoreState
from domain.pages import Page, PageRequest
from domain.rules.model import RuleDefinition, RuleEdit, RuleKind, RuleState, Severity, WrittenRule
from domain.rules.queries import RuleFilter
from domain.runs.budget import Limits
from domain.runs.decisions import ChangeDecision, ChangePredicate
from domain.runs.explanation import Derivation
from domain.runs.model import Begin, Decision, RunRequest, RunState, RunStatus, RunType
from domain.runs.preview import ApprovalPreview
from domain.runs.queries import RunFilter
from domain.triggers import Trigger
from domain.violations.filters import ViolationFilter
from domain.violations.model import ViolationStatus, ViolationUpdate
from domain.violations.service import UpdateResult
from domain.workflows.queries import ConfigurationFilter
from tests.domain.tenancy.house import CALL, HASH, PROFILE, PROFILED, TENANT_TABLES, House, build
from tests.factories.assets import FOUND_AT, PUBLIC, found_schema
from tests.factories.configurations import setup_of
from tests.factories.connections import settings_of
from tests.factories.rules import evaluation, executed, not_null, proposal
from tests.factories.runs import described
from tests.factories.scenes import CARD

pytestmark = pytest.mark.db

PAGE = PageRequest()
ROWS = RuleDefinition(RuleKind.ROW_COUNT, CARD, (), {"min": 1})
Call = Callable[[House, Actor], Awaitable[object]]

READS: Mapping[str, Call] = {
    "access.members": lambda h, a: h.domain.read.access.members(a.tenant),
    "access.tokens": lambda h, a: h.domain.read.access.tokens(a.tenant),
    "assets.by_fqns": lambda h, a: h.domain.read.assets.by_fqns(a.tenant, [CARD]),
    "assets.by_ids": lambda h, a: h.domain.read.assets.by_ids(a.tenant, [h.card.id]),
    "assets.children": lambda h, a: h.domain.read.assets.children(a.tenant, [CARD]),
    "assets.count": lambda h, a: h.domain.read.assets.count(a.tenant, None, ()),
    "assets.count_matching": lambda h, a: h.domain.read.assets.count_matching(a.tenant, None, AssetFilter()),
    "assets.find": lambda h, a: h.domain.read.assets.find(a.tenant, CARD),
    "assets.page": lambda h, a: h.domain.read.assets.page(a.tenant, None, AssetFilter(), PAGE),
    "assets.siblings": lambda h, a: h.domain.read.assets.siblings(a.tenant, CARD),
    "assets.table": lambda h, a: h.domain.read.assets.table(a.tenant, CARD),
    "audit.events": lambda h, a: h.domain.read.audit.events(a.tenant, None, (), PAGE),
    "audit.page": lambda h, a: h.domain.read.audit.page(a.tenant, None, None, PAGE),
    "comparisons.children": lambda h, a: h.domain.read.comparisons.children(a.tenant, PUBLIC),
    "comparisons.trend": lambda h, a: h.domain.read.comparisons.trend(a.tenant, PUBLIC, FOUND_AT, h.domain.clock(), 2),
    "configurations.by_ids": lambda h, a: h.domain.read.configurations.by_ids(a.tenant, [h.configuration.id]),
    "configurations.count": lambda h, a: h.domain.read.configurations.count(a.tenant, ConfigurationFilter()),
    "configurations.page": lambda h, a: h.domain.read.configurations.page(a.tenant, ConfigurationFilter(), PAGE),
    "configurations.waiting": lambda h, a: h.domain.read.configurations.waiting(
        a.tenant, Trigger.RUN_SAVED, "bank", ()
    ),
    "connections.by_ids": lambda h, a: h.domain.read.connections.by_ids(a.tenant, [h.connection.id]),
    "connections.by_names": lambda h, a: h.domain.read.connections.by_names(a.tenant, ["bank"]),
    "connections.get": lambda h, a: h.domain.read.connections.get(a.tenant, h.connection.id),
    "connections.named": lambda h, a: h.domain.read.connections.named(a.tenant, "bank"),
    "connections.page": lambda h, a: h.domain.read.connections.page(a.tenant, PAGE),
    "explanations.explain": lambda h, a: h.domain.read.explanations.explain(
        a.tenant, PUBLIC, "complete_values", None, PAGE
    ),
    "glossary.approved": lambda h, a: h.domain.read.glossary.approved(a.tenant),
    "glossary.by_ids": lambda h, a: h.domain.read.glossary.by_ids(a.tenant, [h.term.id]),
    "glossary.count": lambda h, a: h.domain.read.glossary.count(a.tenant, TermFilter()),
    "glossary.count_linked": lambda h, a: h.domain.read.glossary.count_linked(a.tenant, h.term.id),
    "glossary.linked": lambda h, a: h.domain.read.glossary.linked(a.tenant, h.term.id, PAGE),
    "glossary.named": lambda h, a: h.domain.read.glossary.named(a.tenant, h.term.name),
    "glossary.of_assets": lambda h, a: h.domain.read.glossary.of_assets(a.tenant, [h.card.id]),
    "glossary.page": lambda h, a: h.domain.read.glossary.page(a.tenant, TermFilter(), PAGE),
    "history.assets": lambda h, a: h.domain.read.history.assets(a.tenant, [Moment(CARD, h.domain.clock())]),
    "history.children": lambda h, a: h.domain.read.history.children(a.tenant, [Moment(CARD, h.domain.clock())]),
    "history.count": lambda h, a: h.domain.read.history.count(a.tenant, h.card.id),
    "history.versions": lambda h, a: h.domain.read.history.versions(a.tenant, h.card.id, PAGE),
    "feed.history": lambda h, a: h.domain.feed.history(a.tenant, 0, 100),
    "ledger.answer": lambda h, a: h.domain.read.ledger.answer(a.tenant, HASH),
    "ledger.page": lambda h, a: h.domain.read.ledger.page(a.tenant, None, PAGE),
    "previews.cells": lambda h, a: h.domain.read.previews.cells(a.tenant, h.waiting, PAGE),
    "previews.conflicts": lambda h, a: h.domain.read.previews.conflicts(a.tenant, h.outdated, PAGE),
    "previews.preview": lambda h, a: h.domain.read.previews.preview(a.tenant, h.waiting),
    "previews.violations": lambda h, a: h.domain.read.previews.violations(a.tenant, h.waiting, PAGE),
    "profiles.newest": lambda h, a: h.domain.read.profiles.newest(a.tenant, [CARD]),
    "profiles.row_counts": lambda h, a: h.domain.read.profiles.row_counts(a.tenant, [CARD]),
    "profile_history.columns": lambda h, a: h.domain.read.profile_history.columns(a.tenant, [h.profile]),
    "profile_history.compare": lambda h, a: h.domain.read.profile_history.compare(a.tenant, CARD),
    "profile_history.count": lambda h, a: h.domain.read.profile_history.count(a.tenant, CARD),
    "profile_history.page": lambda h, a: h.domain.read.profile_history.page(a.tenant, CARD, PAGE),
    "profile_history.trend": lambda h, a: h.domain.read.profile_history.trend(a.tenant, PROFILED, "completeness", PAGE),
    "rules.by_ids": lambda h, a: h.domain.read.rules.by_ids(a.tenant, [h.rule.id]),
    "rules.count_by_state": lambda h, a: h.domain.read.rules.count_by_state(a.tenant, PUBLIC),
    "rules.newest_executions": lambda h, a: h.domain.read.rules.newest_executions(a.tenant, [h.rule.id]),
    "rules.of_table": lambda h, a: h.domain.read.rules.of_table(a.tenant, CARD, *RuleState),
    "rules.page": lambda h, a: h.domain.read.rules.page(a.tenant, None, RuleFilter(), PAGE),
    "assets.count_tables": lambda h, a: h.domain.read.assets.count_tables(a.tenant, [CARD]),
    "runs.approvals": lambda h, a: h.domain.read.runs.approvals(a.tenant, [h.profiling]),
    "runs.by_ids": lambda h, a: h.domain.read.runs.by_ids(a.tenant, [h.profiling]),
    "runs.changes": lambda h, a: h.domain.read.runs.changes(a.tenant, h.enrichment, (), PAGE),
    "runs.conflicts": lambda h, a: h.domain.read.runs.conflicts(a.tenant, h.enrichment),
    "runs.get": lambda h, a: h.domain.read.runs.get(a.tenant, h.profiling),
    "runs.items": lambda h, a: h.domain.read.runs.items(a.tenant, h.profiling, (), PAGE),
    "runs.log_lines": lambda h, a: h.domain.read.runs.log_lines(a.tenant, h.profiling, PAGE),
    "runs.trials": lambda h, a: h.domain.read.runs.trials(a.tenant, [h.tried]),
    "runs.page": lambda h, a: h.domain.read.runs.page(a.tenant, None, RunFilter(), PAGE),
    "scorecards.cells": lambda h, a: h.domain.read.scorecards.cells(a.tenant, PUBLIC, None, PAGE),
    "scorecards.invalidated_by": lambda h, a: h.domain.read.scorecards.invalidated_by(a.tenant, h.profiling, PAGE),
    "scorecards.scorecard": lambda h, a: h.domain.read.scorecards.scorecard(a.tenant, PUBLIC),
    "violations.by_ids": lambda h, a: h.domain.read.violations.by_ids(a.tenant, [h.violation.id]),
    "violations.count": lambda h, a: h.domain.read.violations.count(a.tenant, None, ViolationFilter()),
    "violations.history": lambda h, a: h.domain.read.violations.history(a.tenant, h.violation.id, PAGE),
    "violations.page": lambda h, a: h.domain.read.violations.page(a.tenant, None, ViolationFilter(), PAGE),
}
OF_EVERY_PROJECT = {f"scorecards.{name}" for name in ("definitions", "dimensions", "invalidations", "metrics")}
"""Each project has these rows of its own, with the same names."""

WRITES: Mapping[str, Call] = {
    "approvals.approve": lambda h, a: h.domain.approvals.approve(a, h.waiting),
    "approvals.decide_changes": lambda h, a: h.domain.approvals.decide_changes(
        a, h.enrichment, [ChangeDecision(h.change.id, Decision.REJECTED)]
    ),
    "approvals.decide_matching": lambda h, a: h.domain.approvals.decide_matching(
        a, h.outdated, ChangePredicate(), Decision.REJECTED
    ),
    "approvals.reject": lambda h, a: h.domain.approvals.reject(a, h.waiting),
    "approvals.reset": lambda h, a: h.domain.approvals.reset(a, h.waiting),
    "approvals.undo": lambda h, a: h.domain.approvals.undo(a, h.profiling),
    "assessments.finish_executed": lambda h, a: h.domain.assessments.finish_executed(
        a, h.waiting, CARD, [executed(h.rule, FOUND_AT, failed=1)], scored=True
    ),
    "assessments.finish_metadata": lambda h, a: h.domain.assessments.finish_metadata(a, h.waiting, CARD, FOUND_AT, []),
    "assets.register": lambda h, a: h.domain.assets.register(a, "bank", PUBLIC, "event"),
    "assets.release": lambda h, a: h.domain.assets.release(a, CARD, AssetField.OWNER, h.card.version),
    "assets.update": lambda h, a: h.domain.assets.update(a, CARD, {AssetField.OWNER: "eve"}, h.card.version),
    "claims.claim": lambda h, a: h.domain.claims.claim(a, h.waiting, Begin(new_id(), 1), new_id()),
    "claims.heed": lambda h, a: h.domain.claims.heed(a, h.waiting),
    "configurations.create": lambda h, a: h.domain.configurations.create(a, setup_of(CARD, name="mine")),
    "configurations.delete": lambda h, a: h.domain.configurations.delete(a, h.configuration.id, 1),
    "configurations.update": lambda h, a: h.domain.configurations.update(
        a, h.configuration.id, replace(h.configuration.setup, is_enabled=False), h.configuration.version
    ),
    "connections.create": lambda h, a: h.domain.connections.create(a, "bank", ConnectionKind.POSTGRESQL, settings_of()),
    "connections.delete": lambda h, a: h.domain.connections.delete(a, h.connection.id, h.connection.version),
    "connections.record_check": lambda h, a: h.domain.connections.record_check(a, h.connection.id, "broken", ""),
    "connections.update": lambda h, a: h.domain.connections.update(
        a, h.connection.id, settings_of(host="evil.test"), h.connection.version
    ),
    "curation.assign": lambda h, a: h.domain.curation.assign(a, [Assignment(CARD, h.card.version, ("eve",))]),
    "curation.tag": lambda h, a: h.domain.curation.tag(
        a, [Tagging(CARD, h.card.version, (TagDraft("mine", "I say"),))]
    ),
    "glossary.delete": lambda h, a: h.domain.glossary.delete(a, h.term.id, h.term.version),
    "glossary.upsert": lambda h, a: h.domain.glossary.upsert(a, TermEdit("Mine", "Now."), h.term.version, h.term.id),
    "glossary_links.link": lambda h, a: h.domain.glossary_links.link(a, h.term.id, [CARD]),
    "glossary_links.unlink": lambda h, a: h.domain.glossary_links.unlink(a, h.term.id, [CARD]),
    "items.fail": lambda h, a: h.domain.items.fail(a, h.waiting, CARD, "Broken", "It broke."),
    "items.fail_unfinished": lambda h, a: h.domain.items.fail_unfinished(a, h.waiting, [CARD], "LOST", "It is gone."),
    "items.finish": lambda h, a: h.domain.items.finish(a, h.waiting, CARD, {}),
    "items.finish_enriched": lambda h, a: h.domain.items.finish_enriched(
        a, h.waiting, CARD, [described(CARD, "Mine.")], {CARD: h.card.version}, [CALL]
    ),
    "items.finish_generated": lambda h, a: h.domain.items.finish_generated(
        a, h.waiting, CARD, [proposal(not_null(CARD))], [CALL]
    ),
    "items.finish_ingested": lambda h, a: h.domain.items.finish_ingested(a, h.waiting, found_schema(PUBLIC)),
    "items.finish_profiled": lambda h, a: h.domain.items.finish_profiled(a, h.waiting, PROFILE),
    "items.forget_schemas": lambda h, a: h.domain.items.forget_schemas(a, h.waiting, PUBLIC.parent or PUBLIC, ()),
    "items.open_items": lambda h, a: h.domain.items.open_items(a, h.waiting),
    "items.start": lambda h, a: h.domain.items.start(a, h.waiting, CARD),
    "ledger.keep": lambda h, a: h.domain.ledger.keep(a, KeptAnswer(HASH, "other", 1, 1)),
    "members.grant": lambda h, a: h.domain.members.grant(a, "bob", Grant(Role.OWNER)),
    "members.revoke": lambda h, a: h.domain.members.revoke(a, "bob"),
    "metrics.set_invalidation": lambda h, a: h.domain.metrics.set_invalidation(a, "profiling", (), 1),
    "metrics.update_dimension": lambda h, a: h.domain.metrics.update_dimension(a, "validity", 1, weight=Decimal(2)),
    "metrics.update_metric": lambda h, a: h.domain.metrics.update_metric(a, "described", 1, target=Decimal(1)),
    "places.fill": lambda h, a: h.domain.places.fill(a, h.waiting),
    "rules.create": lambda h, a: h.domain.rules.create(a, WrittenRule(ROWS)),
    "rules.update": lambda h, a: h.domain.rules.update(a, h.rule.id, 1, RuleEdit(severity=Severity.LOW)),
    "trials.finish": lambda h, a: h.domain.trials.finish(a, h.waiting, CARD, evaluation(FOUND_AT)),
    "trials.start": lambda h, a: h.domain.trials.start(a, h.rule.id),
    "rule_states.change": lambda h, a: h.domain.rule_states.change(a, [h.rule.id], RuleState.RETIRED),
    "runs.beat": lambda h, a: h.domain.runs.beat(a, h.waiting),
    "runs.cancel": lambda h, a: h.domain.runs.cancel(a, h.waiting),
    "runs.log": lambda h, a: h.domain.runs.log(a, h.waiting, "INFO", "eve was here"),
    "runs.record_failure": lambda h, a: h.domain.runs.record_failure(a, h.waiting, "X", "x"),
    "runs.record_launch": lambda h, a: h.domain.runs.record_launch(a, h.waiting, new_id()),
    "runs.record_output": lambda h, a: h.domain.runs.record_output(a, h.waiting, {}),
    "runs.record_state": lambda h, a: h.domain.runs.record_state(
        a, h.waiting, RunState(RunStatus.RUNNING, h.domain.clock())
    ),
    "runs.request": lambda h, a: h.domain.runs.request(a, RunRequest(RunType.PROFILING, "bank", (CARD,))),
    "runs.retry": lambda h, a: h.domain.runs.retry(a, h.waiting),
    "spending.account": lambda h, a: h.domain.spending.account(a, h.waiting),
    "spending.begin": lambda h, a: h.domain.spending.begin(a, h.waiting, Limits(rows=7)),
    "spending.leave_out": lambda h, a: h.domain.spending.leave_out(a, h.waiting, CARD, "Nothing is left."),
    "spending.reserve": lambda h, a: h.domain.spending.reserve(a, h.waiting, CARD, 7),
    "starts.start": lambda h, a: h.domain.starts.start(a, h.configuration.id),
    "starts.start_due": lambda h, a: h.domain.starts.start_due(a, h.configuration.id, FOUND_AT),
    "starts.start_triggered": lambda h, a: h.domain.starts.start_triggered(a, h.configuration.id, new_id(), h.waiting),
    "tokens.create": lambda h, a: h.domain.tokens.create(a, "mine", Grant(Role.OWNER), None),
    "tokens.revoke": lambda h, a: h.domain.tokens.revoke(a, "nightly"),
    "violations.update": lambda h, a: h.domain.violations.update(
        a, [h.violation.id], ViolationUpdate(ViolationStatus.ACKNOWLEDGED)
    ),
    "violations.update_matching": lambda h, a: h.domain.violations.update_matching(
        a, CARD, ViolationFilter(), ViolationUpdate(severity=Severity.LOW)
    ),
}
IN_THEIR_OWN_PROJECT = {
    "connections.create",
    "ledger.keep",
    "members.grant",
    "metrics.set_invalidation",
    "metrics.update_dimension",
    "metrics.update_metric",
    "tokens.create",
}
"""Anyone may do these in a project of their own."""
NO_USE_CASES = {"clock", "numbered", "read", "written"}
ABOVE_THE_TENANTS = {
    "access.ensure_default_project",
    "access.tenant_of",
    "access.tenants",
    "admissions.by_subjects",
    "admissions.by_token",
    "configuration_oversight.find",
    "configuration_oversight.scheduled",
    "delivery.backlog",
    "delivery.claim",
    "delivery.finish",
    "delivery.number",
    "delivery.postpone",
    "feed.after",
    "feed.last_sequence",
    "oversight.counts",
    "oversight.find",
    "oversight.find_text",
    "oversight.live",
    "oversight.of_flow_run",
    "retention.remove",
    "sealing.seal",
    "sweep.remove",
    "sweep.renew_partitions",
    "verification.verify",
}
"""They work for all projects at once, for Assay itself; nothing that a tenant asked for reaches them."""


@pytest.fixture
async def house(domain: Domain, actor: Actor) -> House:
    return await build(domain, actor)


def methods(holder: type[object], of: Sequence[str]) -> Iterator[str]:
    for field in fields(holder):  # type: ignore[arg-type]  # Domain and Queries are dataclasses
        if field.name in of:
            assert isinstance(field.type, type)
            for name, _ in inspect.getmembers(field.type, inspect.isfunction):
                if not name.startswith("_"):
                    yield f"{field.name}.{name}"


EMPTY: Mapping[type, Callable[[Any], bool]] = {  # each takes a value of its own type
    Page: lambda page: not page.items,
    Derivation: lambda derivation: not derivation.cells.items,
    ApprovalPreview: lambda told: not (told.invalidated_cells or told.resolved_violations or told.outcomes),
    Scorecard: lambda card: card.state is ScoreState.NOT_ASSESSED,
    AssetResult: lambda result: result.asset is None,
    UpdateResult: lambda result: result.violation is None,
    dict: lambda found: all(is_nothing(value) for value in found.values()),
    list: lambda found: all(is_nothing(value) for value in found),
}
"""When an answer of this type says nothing; of other types, what is false says nothing."""


def is_nothing(found: object) -> bool:
    return EMPTY.get(type(found), lambda value: not value)(found)


async def outcome(call: Call, house: House, actor: Actor) -> object:
    """What the call gives; None where it is refused."""
    try:
        return await call(house, actor)
    except DomainError:
        return None


def test_every_query_and_every_use_case_has_its_entry() -> None:
    read = set(methods(Queries, [field.name for field in fields(Queries)]))
    used = set(methods(Domain, [field.name for field in fields(Domain) if field.name not in NO_USE_CASES]))
    tried = READS.keys() | WRITES.keys() | OF_EVERY_PROJECT | ABOVE_THE_TENANTS

    assert read | used == tried, "a new query needs a line in READS, a new use case one in WRITES"


async def test_a_stranger_sees_nothing_where_the_owner_sees_something(
    house: House, actor: Actor, stranger: Actor
) -> None:
    seen = {name: await outcome(call, house, actor) for name, call in READS.items()}
    leaked = {name: await outcome(call, house, stranger) for name, call in READS.items()}

    assert [name for name, found in seen.items() if is_nothing(found)] == []
    assert [name for name, found in leaked.items() if not is_nothing(found)] == []


async def test_a_stranger_changes_nothing(house: House, actor: Actor, stranger: Actor, sql: asyncpg.Connection) -> None:
    before = await rows_of(sql, actor)

    done = {name: await outcome(call, house, stranger) for name, call in WRITES.items()}

    assert await rows_of(sql, actor) == before
    assert {name for name, found in done.items() if not is_nothing(found)} <= IN_THEIR_OWN_PROJECT


async def rows_of(sql: asyncpg.Connection, actor: Actor) -> dict[str, str | None]:
    """The content of every tenant table, as far as it belongs to the actor's project."""
    digest = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} AS t WHERE project_id = $1"
    return {name: await sql.fetchval(digest.format(name), actor.tenant.project_id) for name in TENANT_TABLES}
