"""Rules that people write, change and try, through GraphQL."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from api.graphql.ids import read_id, write_id
from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import Domain
from domain.errors import Forbidden
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor
from domain.rules.model import DqRule, Evaluation, Outcome, RuleId
from domain.runs.model import RunId
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.assets import FOUND_AT
from tests.factories.scenes import CARD, CARD_TRANSACTION, ruled_bank

pytestmark = pytest.mark.db

FIELDS = """id kind columns parameters threshold ignoresNulls severity meaning rationale state version origin
  confidence dimension { name }"""
CREATE = f"""mutation ($input: CreateDqRuleInput!) {{ createDqRule(input: $input) {{ __typename
  ... on CreateDqRuleSuccess {{ rule {{ {FIELDS} }} }}
  ... on Error {{ code message }} ... on InvalidInput {{ fields {{ path }} }} }} }}"""
UPDATE = f"""mutation ($input: UpdateDqRuleInput!) {{ updateDqRule(input: $input) {{ __typename
  ... on UpdateDqRuleSuccess {{ rule {{ {FIELDS} }} }}
  ... on Error {{ code message }} ... on InvalidInput {{ fields {{ path }} }}
  ... on Conflict {{ currentVersion }} }} }}"""
TRY = """mutation ($input: TryDqRuleInput!) { tryDqRule(input: $input) { __typename
  ... on TryDqRuleSuccess { run { id type status targets trial { outcome } } }
  ... on InvalidInput { fields { path } } } }"""
POSITIVE = {"table": str(CARD), "kind": "VALUE_RANGE", "columns": ["amount"], "parameters": {"min": 0}}


@pytest.fixture(autouse=True)
async def rules(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    return await ruled_bank(domain, actor)


async def write(api: GraphQL, **more: Any) -> dict[str, Any]:
    return await api.do(CREATE, input={"definition": POSITIVE, **more})


async def test_a_written_rule_says_what_it_means_and_is_a_draft_until_it_is_activated(api: GraphQL) -> None:
    made = (await write(api, rationale="Nobody pays less than nothing."))["rule"]

    assert made.pop("id")
    assert made == {
        "kind": "VALUE_RANGE",
        "columns": ["amount"],
        "parameters": {"min": 0},
        "threshold": "1",
        "ignoresNulls": True,
        "severity": "MEDIUM",
        "meaning": "amount is at least 0.",
        "rationale": "Nobody pays less than nothing.",
        "state": "DRAFT",
        "version": 1,
        "origin": "person",
        "confidence": 1.0,
        "dimension": {"name": "validity"},
    }
    of_others = {**POSITIVE, "table": str(CARD_TRANSACTION)}
    assert (await write(api, definition=of_others, activate=True))["rule"]["state"] == "ACTIVE"


@pytest.mark.parametrize(
    ("definition", "answer"),
    [
        ({"table": "bank.main.public.nowhere"}, ("InvalidInput", ["table"])),
        ({"table": "bank.main.public", "columns": ["card"]}, ("InvalidInput", ["table"])),
        ({"columns": ["nowhere"]}, ("InvalidInput", ["columns"])),
        ({"columns": []}, ("InvalidInput", ["columns"])),
        ({"parameters": {"max": 5, "of": 1}}, ("InvalidInput", ["parameters"])),
        ({"parameters": [1]}, ("InvalidInput", ["parameters"])),
        ({"parameters": {"min": {"$gt": 0}}}, ("InvalidInput", ["min"])),
        ({"threshold": "0"}, ("InvalidInput", ["threshold"])),
        ({"dimension": "beauty"}, ("InvalidInput", ["dimension"])),
        (
            {
                "kind": "REFERENCE_EXISTS",
                "parameters": {"referenced_table": "bank.main.public.gone", "referenced_columns": ["id"]},
            },
            ("InvalidInput", ["parameters.referenced_table"]),
        ),
        (
            {
                "kind": "REFERENCE_EXISTS",
                "parameters": {"referenced_table": str(CARD_TRANSACTION), "referenced_columns": ["gone"]},
            },
            ("InvalidInput", ["parameters.referenced_columns"]),
        ),
        (
            {
                "kind": "REFERENCE_EXISTS",
                "parameters": {"referenced_table": "shop.main.public.card", "referenced_columns": ["id"]},
            },
            ("InvalidInput", ["parameters.referenced_table"]),
        ),
        ({"kind": "NOT_NULL", "parameters": None}, ("Conflict", None)),
    ],
)
async def test_a_refused_rule_is_not_written(
    definition: dict[str, Any], answer: tuple[str, list[str] | None], api: GraphQL, sql: asyncpg.Connection
) -> None:
    async with nothing_written(sql):
        refused = await write(api, definition={**POSITIVE, **definition})

    fields = [field["path"] for field in refused["fields"]] if "fields" in refused else None
    assert (refused["__typename"], fields) == answer


async def test_a_changed_rule_is_a_new_version_and_keeps_what_was_not_named(api: GraphQL) -> None:
    made = (await write(api, activate=True))["rule"]
    change = {"ruleId": made["id"], "expectedVersion": 1, "parameters": {"min": 1, "max": 9}, "severity": "CRITICAL"}

    changed = (await api.do(UPDATE, input=change))["rule"]
    same = (await api.do(UPDATE, input={**change, "expectedVersion": 2}))["rule"]

    assert changed == same
    assert changed == {
        **made,
        "parameters": {"min": 1, "max": 9},
        "severity": "CRITICAL",
        "meaning": "amount is between 1 and 9.",
        "version": 2,
    }


async def test_a_refused_change_of_a_rule_changes_nothing(
    api: GraphQL, rules: Mapping[Fqn, DqRule], domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    rule = {"ruleId": write_id("DqRule", rules[CARD].id), "expectedVersion": 1}

    async with nothing_written(sql):
        answers = [
            await api.do(UPDATE, input={**rule, **change})
            for change in (
                {"expectedVersion": 7, "threshold": "0.5"},
                {"threshold": "1.5"},
                {"parameters": {"min": 1}},
                {"rationale": "x" * 1001},
                {"ruleId": write_id("DqRule", new_id())},
            )
        ]

    assert [answer["__typename"] for answer in answers] == ["Conflict", *["InvalidInput"] * 3, "NotFound"]
    assert answers[0]["currentVersion"] == 1


async def test_a_rule_that_is_retired_stays_as_it_was(
    api: GraphQL, rules: Mapping[Fqn, DqRule], sql: asyncpg.Connection
) -> None:
    key = write_id("DqRule", rules[CARD].id)
    await api.do("mutation ($i: RetireDqRulesInput!) { retireDqRules(input: $i) { __typename } }", i={"ruleIds": [key]})

    async with nothing_written(sql):
        refused = await api.do(UPDATE, input={"ruleId": key, "expectedVersion": 1, "threshold": "0.5"})

    assert (refused["__typename"], refused["currentVersion"]) == ("Conflict", None)


async def test_a_tried_rule_is_a_run_that_tells_what_it_said(
    api: GraphQL, domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    wanted = {"rule": {"definition": POSITIVE}, "idempotencyKey": "once"}

    asked, again = [(await api.do(TRY, input=wanted))["run"] for _ in range(2)]
    run_id = RunId(read_id("WorkflowRun", asked["id"]))
    await domain.items.open_items(actor, run_id)
    said = Evaluation(FOUND_AT, 10, 2, Outcome.FAILED, ({"id": "7"},), "SELECT 1", seconds=0.5)
    await domain.trials.finish(actor, run_id, CARD, said)
    told = await api.ask(
        """query ($id: ID!) { workflowRun(id: $id) { progress { completed total } trial { outcome evaluated failed error
          observedAt failingRows { keys sql } } } dqRules { edges { node { kind } } } violations { totalCount } }""",
        id=asked["id"],
    )

    assert asked == again
    assert asked == {
        "id": asked["id"],
        "type": "DQ_EXECUTION",
        "status": "PENDING",
        "targets": [str(CARD)],
        "trial": None,
    }
    assert told["workflowRun"] == {
        "progress": {"completed": 1, "total": 1},
        "trial": {
            "outcome": "FAILED",
            "evaluated": 10,
            "failed": 2,
            "error": None,
            "observedAt": FOUND_AT.isoformat(),
            "failingRows": {"keys": [{"id": "7"}], "sql": "SELECT 1"},
        },
    }
    assert [edge["node"]["kind"] for edge in told["dqRules"]["edges"]] == ["NOT_NULL"] * 2
    assert told["violations"]["totalCount"] == 0


async def test_a_rule_that_is_kept_is_tried_by_its_id(api: GraphQL, rules: Mapping[Fqn, DqRule]) -> None:
    asked = await api.do(TRY, input={"rule": {"ruleId": write_id("DqRule", rules[CARD].id)}})

    assert asked["run"]["targets"] == [str(CARD)]


async def test_a_rule_that_cannot_be_tried_starts_nothing(api: GraphQL, sql: asyncpg.Connection) -> None:
    async with nothing_written(sql):
        answers = [
            await api.do(TRY, input={"rule": rule})
            for rule in (
                {"definition": {**POSITIVE, "table": "bank.main.public.nowhere"}},
                {"definition": {**POSITIVE, "table": "bank.main"}},
                {"definition": {**POSITIVE, "columns": ["nowhere"]}},
                {"ruleId": write_id("DqRule", RuleId(new_id()))},
            )
        ]

    assert [answer["__typename"] for answer in answers] == [
        "InvalidInput",
        "UnsupportedTargetLevel",
        "InvalidInput",
        "NotFound",
    ]


async def test_who_may_only_run_rules_tries_those_that_are_written(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule]
) -> None:
    operator = replace(actor, permissions=PERMISSIONS[Role.OPERATOR])

    tried = await domain.trials.start(operator, rules[CARD].id)
    with pytest.raises(Forbidden):
        await domain.trials.start(operator, rules[CARD].definition)

    assert tried.targets == (CARD,)
