"""What the operations of docs/operations are executed with."""

from collections.abc import Mapping
from datetime import timedelta

from api.graphql.ids import write_id
from domain.assets.model import AssetField
from tests.api.operation_variables import (
    SCOPE,
    Make,
    always,
    bulk,
    card,
    change,
    completed,
    configuration,
    connection,
    draft_of_a_term,
    drafted,
    failed,
    given,
    of,
    of_term,
    rejected,
    rule_ids,
    run_id,
    running,
    saved,
    start,
    suggested,
)
from tests.domain.tenancy.house import PROFILED
from tests.factories.scenes import CARD

SETTINGS = {"host": "db.test", "port": 5432, "database": "shop", "username": "reader", "secret": "env:SHOP_PASSWORD"}
NIGHTLY = {
    "type": "PROFILING",
    "connection": "bank",
    "targets": [{"schema": SCOPE}],
    "schedule": {"cron": "30 2 * * *", "timeZone": "Europe/Berlin"},
    "saveAll": True,
}
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
    "profileDrift": of(lambda h: {"table": str(CARD), "fromRun": run_id(h.profiling), "toRun": run_id(h.waiting)}),
    "profileHistory": always(table=str(CARD)),
    "profileTrend": always(column=str(PROFILED), metric="completeness"),
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
