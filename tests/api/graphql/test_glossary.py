"""The glossary through GraphQL."""

from typing import Any

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.fqn import Fqn
from domain.identity import Actor
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL
from tests.factories.assets import PUBLIC, add_tables

pytestmark = pytest.mark.db

CARD, BRANCH = str(PUBLIC.child("card")), str(PUBLIC.child("branch"))
UPSERT = """mutation ($input: UpsertGlossaryTermInput!) { upsertGlossaryTerm(input: $input) { __typename
  ... on UpsertGlossaryTermSuccess { term { id name definition synonyms status version } }
  ... on InvalidInput { fields { path } } ... on Conflict { currentVersion } } }"""
DELETE = """mutation ($input: DeleteGlossaryTermInput!) { deleteGlossaryTerm(input: $input) { __typename
  ... on DeleteGlossaryTermSuccess { term { name } } } }"""
LINK = """mutation ($input: LinkGlossaryTermInput!) { linkGlossaryTerm(input: $input) { __typename
  ... on LinkGlossaryTermSuccess { results { fqn asset { name } error { code } } } } }"""
UNLINK = """mutation ($input: UnlinkGlossaryTermInput!) { unlinkGlossaryTerm(input: $input) { __typename
  ... on UnlinkGlossaryTermSuccess { results { fqn error { code } } } } }"""
CHURN = {"name": "Churn", "definition": "Customers who left."}


@pytest.fixture(autouse=True)
async def tables(domain: Domain, actor: Actor, bank: DataConnection) -> list[Fqn]:
    return await add_tables(domain, actor, "card", "branch")


async def term(api: GraphQL, **words: Any) -> dict[str, Any]:
    return dict((await api.do(UPSERT, input={**CHURN, **words}))["term"])


async def test_a_term_is_made_changed_found_and_deprecated(api: GraphQL) -> None:
    made = await term(api)
    changed = await term(api, name="CHURN", synonyms=["attrition"], status="APPROVED", expectedVersion=1)
    renamed = await term(api, name="Loss", termId=made["id"], status="DEPRECATED", expectedVersion=2)

    assert made == {**CHURN, "id": made["id"], "synonyms": [], "status": "DRAFT", "version": 1}
    assert (changed["id"], changed["synonyms"], changed["version"]) == (made["id"], ["attrition"], 2)
    assert (renamed["synonyms"], renamed["status"]) == (["attrition"], "DEPRECATED")
    found = await api.ask(
        """query ($id: ID!) { node(id: $id) { id ... on GlossaryTerm { name } } glossaryTerm(name: "loss") { name }
          old: glossaryTerm(name: "churn") { name }
          glossaryTerms(filter: {status: [DEPRECATED], text: "ATTR"}) { totalCount edges { node { name } } }
          auditEvents(resource: "glossary_term") { edges { node { action resourceKey } } } }""",
        id=made["id"],
    )
    assert found["node"] == {"id": made["id"], "name": "Loss"}
    assert (found["glossaryTerm"], found["old"]) == ({"name": "Loss"}, None)
    assert found["glossaryTerms"] == {"totalCount": 1, "edges": [{"node": {"name": "Loss"}}]}
    assert [edge["node"]["action"] for edge in found["auditEvents"]["edges"]] == ["update", "update", "create"]


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"definition": " "}, {"__typename": "InvalidInput", "fields": [{"path": "definition"}]}),
        ({"name": "x" * 201}, {"__typename": "InvalidInput", "fields": [{"path": "name"}]}),
        ({"synonyms": ["churn"]}, {"__typename": "InvalidInput", "fields": [{"path": "synonyms"}]}),
        ({"definition": "Other."}, {"__typename": "Conflict", "currentVersion": 1}),
        ({"expectedVersion": 7}, {"__typename": "Conflict", "currentVersion": 1}),
        ({"name": "Other", "expectedVersion": 1}, {"__typename": "NotFound"}),
        ({"termId": "nonsense"}, {"__typename": "NotFound"}),
    ],
)
async def test_refused_words_change_nothing(
    change: dict[str, Any], answer: dict[str, Any], api: GraphQL, sql: asyncpg.Connection
) -> None:
    await term(api)

    async with nothing_written(sql):
        assert await api.do(UPSERT, input={**CHURN, **change}) == answer


async def test_a_term_is_linked_to_assets_and_let_go(api: GraphQL) -> None:
    made = await term(api)
    assets = {"termId": made["id"], "assets": [CARD, BRANCH, f"{PUBLIC}.gone"]}
    query = """query ($fqn: Fqn!) { glossaryTerm(name: "churn") { version linkedAssets(first: 1) {
        totalCount edges { node { name } } } } asset(fqn: $fqn) { version glossaryTerms { name } } }"""

    linked = await api.do(LINK, input=assets)
    shown = await api.ask(query, fqn=CARD)
    unlinked = await api.do(UNLINK, input={**assets, "assets": [CARD]})
    after = await api.ask(query, fqn=CARD)

    assert [(result["asset"], result["error"]) for result in linked["results"]] == [
        ({"name": "card"}, None),
        ({"name": "branch"}, None),
        (None, {"code": "NOT_FOUND"}),
    ]
    assert shown == {
        "glossaryTerm": {"version": 1, "linkedAssets": {"totalCount": 2, "edges": [{"node": {"name": "branch"}}]}},
        "asset": {"version": 1, "glossaryTerms": [{"name": "Churn"}]},
    }
    assert unlinked["results"] == [{"fqn": CARD, "error": None}]
    assert (after["glossaryTerm"]["linkedAssets"]["totalCount"], after["asset"]["glossaryTerms"]) == (1, [])


async def test_only_a_draft_is_deleted(api: GraphQL) -> None:
    made = await term(api)
    await term(api, name="Known", status="APPROVED")
    known = await api.ask('{ glossaryTerm(name: "Known") { id } }')

    refused = await api.do(DELETE, input={"termId": known["glossaryTerm"]["id"], "expectedVersion": 1})
    deleted = await api.do(DELETE, input={"termId": made["id"], "expectedVersion": 1})

    assert refused == {"__typename": "Conflict"}
    assert deleted == {"__typename": "DeleteGlossaryTermSuccess", "term": {"name": "Churn"}}
    assert (await api.ask("query ($id: ID!) { node(id: $id) { id } }", id=made["id"])) == {"node": None}


async def test_the_terms_of_many_assets_are_read_at_once(api: GraphQL, statements: list[str]) -> None:
    made = await term(api)
    await api.do(LINK, input={"termId": made["id"], "assets": [CARD, BRANCH]})
    statements.clear()

    page = await api.ask("{ assets(filter: {types: [TABLE]}) { edges { node { glossaryTerms { name } } } } }")

    assert [edge["node"]["glossaryTerms"] for edge in page["assets"]["edges"]] == [[{"name": "Churn"}]] * 2
    assert len([sent for sent in statements if "FROM glossary_term" in sent]) == 1


async def test_a_change_of_the_glossary_is_told(api: GraphQL, domain: Domain) -> None:
    made = await term(api)
    await api.do(LINK, input={"termId": made["id"], "assets": [CARD]})
    while await domain.delivery.number():
        pass

    page = await api.ask("{ events(types: [GLOSSARY_CHANGED]) { edges { node { type scopes payload } } } }")

    told = [(edge["node"]["scopes"], edge["node"]["payload"]["linked"]) for edge in page["events"]["edges"]]
    assert told == [([], 0), ([CARD], 1)]
