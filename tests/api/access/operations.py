"""An operation for every root field of the schema: what it takes, which right it needs, and when it shows something."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from api.graphql.ids import write_id
from domain.identity import Permission
from tests.domain.tenancy.house import PROFILED, House
from tests.factories.assets import PUBLIC
from tests.factories.scenes import CARD

Variables = Callable[[House], Mapping[str, Any]]  # JSON
Found = Callable[[Any], object]


def items(found: Any) -> object:
    return found["edges"]


@dataclass(frozen=True, slots=True)
class Read:
    """`field` is as it stands in a query; `shows` says of its value whether there is anything of the house in it."""

    field: str
    shows: Found = bool
    declares: str = ""
    variables: Variables = lambda _: {}

    @property
    def document(self) -> str:
        return f"query{f'({self.declares})' if self.declares else ''} {{ found: {self.field} }}"


def listing(field: str) -> Read:
    return Read(f"{field} {{ edges {{ cursor }} }}", items)


def is_measured(card: Any) -> bool:
    return bool(card["state"] != "NOT_ASSESSED")


READS: Mapping[str, Read] = {
    "approvalPreview": Read(
        "approvalPreview(runId: $id) { run { id } }",
        declares="$id: ID!",
        variables=lambda h: {"id": write_id("WorkflowRun", h.waiting)},
    ),
    "asset": Read("asset(fqn: $fqn) { id }", declares="$fqn: Fqn!", variables=lambda _: {"fqn": str(CARD)}),
    "assets": listing("assets"),
    "auditEvents": listing("auditEvents"),
    "dataConnection": Read('dataConnection(name: "bank") { id }'),
    "dataConnectionKinds": Read("dataConnectionKinds { kind }"),
    "dataConnections": listing("dataConnections"),
    "dimensions": Read("dimensions { name }"),
    "dqRuleKinds": Read("dqRuleKinds { kind }"),
    "dqRules": listing("dqRules"),
    "events": listing("events"),
    "glossaryTerm": Read('glossaryTerm(name: "Card") { id }'),
    "glossaryTerms": listing("glossaryTerms"),
    "invalidations": Read("invalidations { runType }"),
    "llmCalls": listing("llmCalls"),
    "node": Read("node(id: $id) { id }", declares="$id: ID!", variables=lambda h: {"id": write_id("Asset", h.card.id)}),
    "nodes": Read(
        "nodes(ids: $ids) { id }",
        lambda found: [one for one in found if one],
        "$ids: [ID!]!",
        lambda h: {
            "ids": [
                write_id(kind, key)
                for kind, key in (
                    ("Asset", h.card.id),
                    ("DqRule", h.rule.id),
                    ("Violation", h.violation.id),
                    ("WorkflowRun", h.waiting),
                    ("WorkflowConfiguration", h.configuration.id),
                )
            ]
        },
    ),
    "profileDrift": Read(
        "profileDrift(table: $fqn) { addedColumns }", declares="$fqn: Fqn!", variables=lambda _: {"fqn": str(CARD)}
    ),
    "profileHistory": Read(
        "profileHistory(table: $fqn) { edges { cursor } }", items, "$fqn: Fqn!", lambda _: {"fqn": str(CARD)}
    ),
    "profileTrend": Read(
        'profileTrend(column: $fqn, metric: "completeness") { edges { cursor } }',
        items,
        "$fqn: Fqn!",
        lambda _: {"fqn": str(PROFILED)},
    ),
    "scorecard": Read(
        "scorecard(scope: $fqn) { state }",
        is_measured,
        "$fqn: Fqn!",
        lambda _: {"fqn": str(PUBLIC)},
    ),
    "scorecardTrend": Read(
        "scorecardTrend(scope: $fqn, from: $from, to: $to, buckets: 2) { state }",
        lambda points: any(map(is_measured, points)),
        "$fqn: Fqn!, $from: DateTime!, $to: DateTime!",
        lambda h: {
            "fqn": str(PUBLIC),
            "from": (h.domain.clock() - timedelta(hours=1)).isoformat(),
            "to": (h.domain.clock() + timedelta(seconds=1)).isoformat(),
        },
    ),
    "search": listing('search(text: "card")'),
    "viewer": Read("viewer { name }"),
    "violations": listing("violations"),
    "workflowConfigurations": listing("workflowConfigurations"),
    "workflowDefinitions": Read("workflowDefinitions { type }"),
    "workflowRun": Read(
        "workflowRun(id: $id) { id }",
        declares="$id: ID!",
        variables=lambda h: {"id": write_id("WorkflowRun", h.waiting)},
    ),
    "workflowRuns": listing("workflowRuns"),
}
FOR_EVERYBODY = {"dataConnectionKinds", "dimensions", "dqRuleKinds", "invalidations", "viewer", "workflowDefinitions"}
"""What Assay can do, who asks, and what every project has of its own."""
OF_THE_WHOLE_PROJECT = {"dataConnection", "dataConnections", "events", "glossaryTerm", "glossaryTerms"}
"""What those see as well who see a part of the catalogue: the vocabulary, and the way to their part."""


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation of the schema; `needs` is the right without which it is refused."""

    needs: Permission
    input: Variables

    def document(self, name: str) -> str:
        kind = f"{name[0].upper()}{name[1:]}Input!"
        return f"mutation($input: {kind}) {{ {name}(input: $input) {{ __typename ... on Error {{ code message }} }} }}"


def of_run(run: Callable[[House], Any]) -> Variables:
    return lambda h: {"runId": write_id("WorkflowRun", run(h))}


def of_rules(h: House) -> Mapping[str, Any]:
    return {"ruleIds": [write_id("DqRule", h.rule.id)]}


def of_card(_: House) -> Mapping[str, Any]:
    return {"connection": "bank", "targets": [{"table": str(CARD)}]}


def of_term(h: House) -> Mapping[str, Any]:
    return {"termId": write_id("GlossaryTerm", h.term.id), "assets": [str(CARD)]}


def of_asset(**more: object) -> Variables:
    return lambda h: {"fqn": str(CARD), "expectedVersion": h.card.version, **more}


def of_assets(**more: object) -> Variables:
    return lambda h: {"assets": [of_asset(**more)(h)]}


def of_configuration(h: House) -> Mapping[str, Any]:
    return {"configurationId": write_id("WorkflowConfiguration", h.configuration.id)}


def of_connection(h: House) -> Mapping[str, Any]:
    return {"connectionId": write_id("DataConnection", h.connection.id), "expectedVersion": h.connection.version}


SETTINGS = {"host": "evil.test", "database": "main", "username": "reader"}
WORK = {
    "name": "another",
    "connection": "bank",
    "type": "PROFILING",
    "targets": [{"table": str(CARD)}],
    "enabled": False,
}
ROWS = {"table": str(CARD), "kind": "ROW_COUNT", "parameters": {"min": 1}}
RUN, WRITE, APPROVE, ADMINISTER = Permission.RUN, Permission.WRITE, Permission.APPROVE, Permission.ADMINISTER

CHANGES: Mapping[str, Change] = {
    "activateDqRules": Change(WRITE, of_rules),
    "approveRun": Change(APPROVE, of_run(lambda h: h.waiting)),
    "assignOwners": Change(WRITE, of_assets(owners=["eve"])),
    "cancelRun": Change(RUN, of_run(lambda h: h.waiting)),
    "createDataConnection": Change(WRITE, lambda _: {"name": "theirs", "kind": "POSTGRESQL", "settings": SETTINGS}),
    "createDqRule": Change(WRITE, lambda _: {"definition": ROWS}),
    "createWorkflowConfiguration": Change(WRITE, lambda _: WORK),
    "decideProposedChanges": Change(
        APPROVE,
        lambda h: {
            **of_run(lambda house: house.outdated)(h),
            "matching": {"decision": "REJECTED", "predicate": {}},
        },
    ),
    "deleteDataConnection": Change(ADMINISTER, of_connection),
    "deleteGlossaryTerm": Change(
        ADMINISTER, lambda h: {"termId": write_id("GlossaryTerm", h.term.id), "expectedVersion": h.term.version}
    ),
    "deleteWorkflowConfiguration": Change(
        ADMINISTER, lambda h: {**of_configuration(h), "expectedVersion": h.configuration.version}
    ),
    "linkGlossaryTerm": Change(WRITE, of_term),
    "pauseDqRules": Change(WRITE, of_rules),
    "recordAssetCreated": Change(RUN, lambda _: {"connection": "bank", "eventId": "theirs"}),
    "rejectRun": Change(APPROVE, of_run(lambda h: h.waiting)),
    "releaseField": Change(WRITE, of_asset(field="OWNER")),
    "resetApproval": Change(APPROVE, of_run(lambda h: h.waiting)),
    "retireDqRules": Change(WRITE, of_rules),
    "retryRun": Change(RUN, of_run(lambda h: h.waiting)),
    "startDqAssessment": Change(RUN, of_card),
    "startEnrichment": Change(RUN, of_card),
    "startIngestion": Change(RUN, lambda _: {"connection": "bank"}),
    "startMetadataAssessment": Change(RUN, of_card),
    "startProfiling": Change(RUN, of_card),
    "startRuleExecution": Change(RUN, of_card),
    "startRuleGeneration": Change(RUN, of_card),
    "startRunAll": Change(RUN, of_card),
    "startWorkflow": Change(RUN, of_configuration),
    "tagAssets": Change(WRITE, of_assets(add=[{"name": "mine", "justification": "I say"}])),
    "testDataConnection": Change(RUN, lambda _: {"connection": "bank"}),
    "tryDqRule": Change(WRITE, lambda _: {"rule": {"definition": ROWS}}),
    "undoApproval": Change(APPROVE, of_run(lambda h: h.profiling)),
    "unlinkGlossaryTerm": Change(WRITE, of_term),
    "updateAsset": Change(WRITE, of_asset(values={"description": "Mine."})),
    "updateDataConnection": Change(WRITE, lambda h: {**of_connection(h), "settings": SETTINGS}),
    "updateDimension": Change(WRITE, lambda _: {"name": "validity", "expectedVersion": 1, "weight": "2"}),
    "updateDqRule": Change(
        WRITE, lambda h: {"ruleId": write_id("DqRule", h.rule.id), "expectedVersion": 1, "threshold": "0.5"}
    ),
    "updateInvalidation": Change(
        WRITE, lambda _: {"runType": "PROFILING", "expectedVersion": 1, "assessmentTypes": []}
    ),
    "updateMatchingViolations": Change(WRITE, lambda _: {"scope": str(CARD), "severity": "LOW"}),
    "updateMetric": Change(WRITE, lambda _: {"name": "described", "expectedVersion": 1, "target": "1"}),
    "updateViolations": Change(
        WRITE, lambda h: {"violationIds": [write_id("Violation", h.violation.id)], "status": "ACKNOWLEDGED"}
    ),
    "updateWorkflowConfiguration": Change(
        WRITE, lambda h: {**of_configuration(h), **WORK, "expectedVersion": h.configuration.version}
    ),
    "upsertGlossaryTerm": Change(WRITE, lambda _: {"name": "Theirs", "definition": "Now."}),
}


@dataclass(frozen=True, slots=True)
class Stream:
    """A subscription of the schema, from the beginning on."""

    field: str
    declares: str = ""
    variables: Variables = lambda _: {}

    @property
    def document(self) -> str:
        return f"subscription{f'({self.declares})' if self.declares else ''} {{ told: {self.field} }}"


STREAMS: Mapping[str, Stream] = {
    "events": Stream("events { cursor }"),
    "scorecardChanged": Stream(
        "scorecardChanged(scope: $fqn) { scorecard { state } }", "$fqn: Fqn!", lambda _: {"fqn": str(PUBLIC)}
    ),
    "violationsChanged": Stream("violationsChanged { cursor }"),
    "workflowRunEvents": Stream(
        "workflowRunEvents(runId: $id) { __typename }",
        "$id: ID!",
        lambda h: {"id": write_id("WorkflowRun", h.waiting)},
    ),
    "workflowRunsChanged": Stream("workflowRunsChanged { cursor }"),
}


def in_order(names: Sequence[str]) -> Sequence[str]:
    """What is deleted, cancelled or retired is so last, so that it is there for the others."""
    return sorted(names, key=lambda name: (name.startswith(("delete", "retire")), name))
