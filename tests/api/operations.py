"""What the operations of docs/operations are executed with: variables from a project in which everything exists."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from api.graphql.ids import write_id
from domain.assets.model import AssetField
from domain.glossary.model import TermEdit
from domain.identity import Actor
from domain.rules.model import DqRule, RuleState
from domain.runs.model import RunId, RunStatus, RunType, WorkflowRun
from tests.domain.tenancy.house import House
from tests.factories.assets import PUBLIC
from tests.factories.rules import proposed_rules, unique
from tests.factories.runs import completed_run, described, enriched_run, report, request_run
from tests.factories.scenes import CARD, CARD_TRANSACTION

Variables = Mapping[str, Any]
Make = Callable[[House, Actor], Awaitable[Variables]]
SCOPE = str(PUBLIC)
SETTINGS = {"host": "db.test", "port": 5432, "database": "shop", "username": "reader", "secret": "env:SHOP_PASSWORD"}
NIGHTLY = {
    "type": "PROFILING",
    "connection": "bank",
    "targets": [{"schema": SCOPE}],
    "schedule": {"cron": "30 2 * * *", "timeZone": "Europe/Berlin"},
    "saveAll": True,
}


def always(**variables: Any) -> Make:
    async def make(_house: House, _owner: Actor) -> Variables:
        return variables

    return make


def of(read: Callable[[House], Variables]) -> Make:
    async def make(house: House, _owner: Actor) -> Variables:
        return read(house)

    return make


def given(read: Callable[[House], Variables]) -> Make:
    """The input of a mutation."""
    return of(lambda house: {"input": read(house)})


def start(**settings: Any) -> Make:
    return always(input={"connection": "bank", **settings})


def run_id(run: RunId) -> str:
    return write_id("WorkflowRun", run)


def about(run: WorkflowRun) -> Variables:
    return {"input": {"runId": run_id(run.id)}}


def rule_ids(*rules: DqRule) -> Variables:
    return {"input": {"ruleIds": [write_id("DqRule", rule.id) for rule in rules]}}


async def card(house: House, owner: Actor) -> Variables:
    found = await house.domain.read.assets.by_fqns(owner.tenant, [CARD])
    return {"fqn": str(CARD), "expectedVersion": found[CARD].version}


async def connection(house: House, owner: Actor) -> Variables:
    found = await house.domain.read.connections.get(owner.tenant, house.connection.id)
    return {"connectionId": write_id("DataConnection", found.id), "expectedVersion": found.version}


async def configuration(house: House, owner: Actor) -> Variables:
    found = await house.domain.read.configurations.by_ids(owner.tenant, [house.configuration.id])
    (kept,) = found.values()
    return {"configurationId": write_id("WorkflowConfiguration", kept.id), "expectedVersion": kept.version}


def change(read: Make, **values: Any) -> Make:
    """The input that changes a thing at its present version."""

    async def make(house: House, owner: Actor) -> Variables:
        return {"input": {**await read(house, owner), **values}}

    return make


def bulk(read: Make, **values: Any) -> Make:
    async def make(house: House, owner: Actor) -> Variables:
        return {"input": {"assets": [{**await read(house, owner), **values}]}}

    return make


def of_term(house: House) -> Variables:
    return {"termId": write_id("GlossaryTerm", house.term.id), "assets": [str(CARD_TRANSACTION), str(CARD)]}


async def drafted(house: House, owner: Actor) -> Variables:
    return rule_ids(*await proposed_rules(house.domain, owner, CARD, unique(CARD)))


async def paused(house: House, owner: Actor) -> Variables:
    await house.domain.rule_states.change(owner, [house.rule.id], RuleState.PAUSED)
    return rule_ids(house.rule)


async def completed(house: House, owner: Actor) -> Variables:
    return about(await completed_run(house.domain, owner, RunType.PROFILING, CARD))


async def saved(house: House, owner: Actor) -> Variables:
    run = await completed_run(house.domain, owner, RunType.PROFILING, CARD_TRANSACTION)
    await house.domain.approvals.approve(owner, run.id)
    return about(run)


async def rejected(house: House, owner: Actor) -> Variables:
    run = await completed_run(house.domain, owner, RunType.PROFILING, CARD)
    await house.domain.approvals.reject(owner, run.id)
    return about(run)


async def running(house: House, owner: Actor) -> Variables:
    return about(await request_run(house.domain, owner, RunType.PROFILING, CARD))


async def failed(house: House, owner: Actor) -> Variables:
    run = await request_run(house.domain, owner, RunType.PROFILING, CARD)
    await report(house.domain, owner, run.id, RunStatus.RUNNING, house.domain.clock())
    await report(house.domain, owner, run.id, RunStatus.FAILED, house.domain.clock() + timedelta(microseconds=1))
    return about(run)


async def suggested(house: House, owner: Actor) -> Variables:
    words = described(CARD_TRANSACTION, "A payment by card.")
    run = await enriched_run(house.domain, owner, CARD_TRANSACTION, [words])
    wanted = {"decision": "ACCEPTED", "predicate": {"minConfidence": 0.8, "scope": SCOPE}}
    return {"input": {"runId": run_id(run.id), "matching": wanted}}


async def draft_of_a_term(house: House, owner: Actor) -> Variables:
    term = await house.domain.glossary.upsert(owner, TermEdit("Turnover", "Sales of a period."))
    return {"input": {"termId": write_id("GlossaryTerm", term.id), "expectedVersion": term.version}}


QUERIES: Mapping[str, Make] = {
    "approvalPreview": of(lambda h: {"runId": run_id(h.waiting)}),
    "asset": always(fqn=str(CARD)),
    "assets": always(scope=SCOPE),
    "auditEvents": always(resource="run"),
    "dataConnection": always(name="bank"),
    "dataConnectionKinds": always(),
    "dataConnections": always(),
    "dimensions": always(),
    "dqRuleKinds": always(),
    "dqRules": always(scope=str(CARD)),
    "events": always(scope=SCOPE, types=["RUN_REQUESTED", "RUN_STATE_CHANGED"]),
    "glossaryTerm": always(name="Card"),
    "glossaryTerms": always(text="pay"),
    "invalidations": always(),
    "llmCalls": of(lambda h: {"runId": run_id(h.enrichment)}),
    "node": of(lambda h: {"id": write_id("Violation", h.violation.id)}),
    "nodes": of(lambda h: {"ids": [write_id("Asset", h.card.id), write_id("DqRule", h.rule.id)]}),
    "scorecard": always(
        scope=SCOPE, metric="complete_values", weights=[{"dimension": "completeness", "weight": "2.5"}]
    ),
    "scorecardTrend": of(
        lambda h: {
            "scope": SCOPE,
            "from": (h.domain.clock() - timedelta(days=30)).isoformat(),
            "to": h.domain.clock().isoformat(),
        }
    ),
    "search": always(text="card", scope="bank"),
    "viewer": always(),
    "violations": always(scope=SCOPE, severity=["CRITICAL", "HIGH"]),
    "workflowConfigurations": always(connection="bank"),
    "workflowDefinitions": always(),
    "workflowRun": of(lambda h: {"id": run_id(h.outdated)}),
    "workflowRuns": always(scope=SCOPE, types=["PROFILING"]),
}
# They are done one after the other, in one project: what a save or a deletion would take away is used before.
MUTATIONS: Mapping[str, Make] = {
    "updateViolations": given(
        lambda h: {
            "violationIds": [write_id("Violation", h.violation.id)],
            "status": "ACKNOWLEDGED",
            "notes": "The load of Monday; it is being repaired.",
        }
    ),
    "activateDqRules": drafted,
    "approveRun": completed,
    "assignOwners": bulk(card, owners=["ada@bank.test"], stewards=["grace@bank.test"]),
    "cancelRun": running,
    "createDataConnection": always(input={"name": "shop", "settings": SETTINGS}),
    "createWorkflowConfiguration": always(input={"name": "every night", **NIGHTLY}),
    "decideProposedChanges": suggested,
    "deleteGlossaryTerm": draft_of_a_term,
    "linkGlossaryTerm": given(of_term),
    "pauseDqRules": of(lambda h: rule_ids(h.rule)),
    "recordAssetCreated": start(fqn="bank.main", eventId="registry-4711"),
    "rejectRun": given(lambda h: {"runId": run_id(h.waiting), "notes": "The load was not over."}),
    "releaseField": change(card, field=AssetField.OWNER.name),
    "resetApproval": rejected,
    "retryRun": failed,
    "startDqAssessment": start(targets=[{"schema": SCOPE}]),
    "startEnrichment": start(targets=[{"table": str(CARD)}], include=["DESCRIPTIONS", "PII"]),
    "startIngestion": start(schemas=["public"]),
    "startMetadataAssessment": start(targets=[{"schema": SCOPE}]),
    "startProfiling": start(targets=[{"table": str(CARD)}], idempotencyKey="load-2026-11-23"),
    "startRuleExecution": start(targets=[{"table": str(CARD)}]),
    "startRuleGeneration": start(targets=[{"table": str(CARD)}]),
    "startRunAll": start(targets=[{"schema": SCOPE}], sampling={"sampleSize": 10000, "seed": 7}),
    "startWorkflow": given(lambda h: {"configurationId": write_id("WorkflowConfiguration", h.configuration.id)}),
    "tagAssets": bulk(card, add=[{"name": "PCI", "justification": "It holds card numbers."}]),
    "testDataConnection": always(input={"connection": "bank"}),
    "undoApproval": saved,
    "unlinkGlossaryTerm": given(of_term),
    "updateAsset": change(card, values={"description": "Cards of customers.", "sensitivity": "CONFIDENTIAL"}),
    "updateDataConnection": change(connection, settings=SETTINGS),
    "updateDimension": always(input={"name": "validity", "expectedVersion": 1, "weight": "2"}),
    "updateInvalidation": always(
        input={"runType": "PROFILING", "expectedVersion": 1, "assessmentTypes": ["DATA_QUALITY"]}
    ),
    "updateMatchingViolations": always(
        input={"scope": SCOPE, "filter": {"severity": ["HIGH"]}, "assignee": "ada@bank.test"}
    ),
    "updateMetric": always(input={"name": "described", "expectedVersion": 1, "target": "0.95"}),
    "updateWorkflowConfiguration": change(configuration, name="every day", **NIGHTLY),
    "upsertGlossaryTerm": always(
        input={"name": "Margin", "definition": "Sales less costs.", "synonyms": ["Profit"], "status": "APPROVED"}
    ),
    "createDqRule": always(input={"definition": {"table": str(CARD), "kind": "ROW_COUNT", "parameters": {"min": 1}}}),
    "tryDqRule": given(lambda h: {"rule": {"ruleId": write_id("DqRule", h.rule.id)}}),
    "updateDqRule": given(
        lambda h: {"ruleId": write_id("DqRule", h.rule.id), "expectedVersion": h.rule.version, "threshold": "0.99"}
    ),
    "retireDqRules": of(lambda h: rule_ids(h.rule)),
    "deleteWorkflowConfiguration": change(configuration),
    "deleteDataConnection": change(connection),
}
SUBSCRIPTIONS: Mapping[str, Make] = {
    "events": always(types=["RUN_REQUESTED"]),
    "scorecardChanged": always(scope=SCOPE),
    "violationsChanged": always(scope=SCOPE),
    "workflowRunEvents": of(lambda h: {"runId": run_id(h.waiting)}),
    "workflowRunsChanged": always(scope=SCOPE),
}
FROM_THE_BEGINNING = frozenset({"events", "violationsChanged", "workflowRunsChanged"})
"""These tell only what comes: the cursor of the first event is given to them, so that the past comes."""
