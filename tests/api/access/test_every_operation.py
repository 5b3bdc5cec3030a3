"""Every root field as every role, in parts of the catalogue, as another tenant and as nobody.

A root field that the schema has and the tables do not fails the first test: give it an entry in operations.py.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from graphql import GraphQLObjectType, build_schema

from api.graphql.schema import schema_text
from api.services import Services
from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.members.model import Grant
from tests.api.access.operations import (
    CHANGES,
    FOR_EVERYBODY,
    OF_THE_WHOLE_PROJECT,
    READS,
    STREAMS,
    in_order,
)
from tests.api.conftest import serving
from tests.api.graphql.untouched import nothing_written
from tests.domain.tenancy.house import House, build
from tests.e2e.client import NO_TLS
from tests.factories.assets import PUBLIC

ITEM_BY_ITEM = {"assignOwners", "tagAssets", "updateMatchingViolations", "updateViolations"}
"""They answer for each item, or with how many there were: not found, and none."""
IN_THEIR_OWN = {"createDataConnection", "updateDimension", "updateInvalidation", "updateMetric", "upsertGlossaryTerm"}
"""What another tenant does with these happens to their own project."""
MAY_END = ("Success", "Conflict", "ApprovalAlreadyDecided", "SaveBuiltUpon")
"""How that ends which a role may do: well, or with a house that allows it no more after what was done before."""
LINKS = {"linkGlossaryTerm", "unlinkGlossaryTerm"}
"""The term is everybody's to see, the assets are not: found missing item by item."""
ELSEWHERE = PUBLIC.child("car")
"""Next to what the house is about, and named so that its text is the beginning of theirs."""


def names_of(root: GraphQLObjectType | None) -> set[str]:
    assert root
    return set(root.fields)


def test_every_root_field_has_its_entry() -> None:
    schema = build_schema(schema_text())

    assert names_of(schema.query_type) == READS.keys()
    assert names_of(schema.mutation_type) == CHANGES.keys()
    assert names_of(schema.subscription_type) == STREAMS.keys()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a house before them; whose it is, is another question."""

    http: httpx.AsyncClient
    house: House

    async def post(self, document: str, variables: Mapping[str, Any]) -> httpx.Response:
        return await self.http.post("/graphql", json={"query": document, "variables": dict(variables)})

    async def sees(self, name: str) -> bool:
        read = READS[name]
        reply = (await self.post(read.document, read.variables(self.house))).json()
        assert {error["extensions"]["code"] for error in reply.get("errors", ())} <= {"NOT_FOUND"}, (name, reply)
        return bool(reply["data"]["found"] and read.shows(reply["data"]["found"]))

    async def outcome(self, name: str) -> str:
        """The type of the answer, or the code of the error."""
        change = CHANGES[name]
        reply = await self.post(change.document(name), {"input": change.input(self.house)})
        body = reply.json()
        return str(body["errors"][0]["extensions"]["code"] if "errors" in body else body["data"][name]["__typename"])


@pytest.fixture
async def house(domain: Domain, actor: Actor) -> House:
    return await build(domain, actor)


@pytest.fixture
async def production(services: Services) -> AsyncIterator[str]:
    settings = services.settings.model_copy(update={"mode": "production"})
    async with serving(Services(settings, services.domain, services.hub)) as address:
        yield address


@asynccontextmanager
async def calling(address: str, house: House, token: str | None) -> AsyncIterator[Caller]:
    shown = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=address, headers=shown, timeout=20, verify=NO_TLS) as http:
        yield Caller(http, house)


@asynccontextmanager
async def granted(address: str, house: House, giver: Actor, role: Role, *scopes: Fqn) -> AsyncIterator[Caller]:
    issued = await house.domain.tokens.create(giver, "theirs", Grant(role, scopes or None), None)
    async with calling(address, house, issued.text.text) as caller:
        await caller.sees("viewer")  # the first use is noted with the token
        yield caller


@pytest.mark.db
@pytest.mark.parametrize("role", Role)
async def test_each_role_sees_everything_and_does_what_it_may(
    role: Role, production: str, house: House, actor: Actor, sql: asyncpg.Connection
) -> None:
    refused = {name for name, change in CHANGES.items() if change.needs not in PERMISSIONS[role]}
    async with granted(production, house, actor, role) as caller:
        unseen = {name for name in READS if not await caller.sees(name)}
        async with nothing_written(sql):
            refusals = {name: await caller.outcome(name) for name in refused}
        done = {name: await caller.outcome(name) for name in in_order(sorted(CHANGES.keys() - refused))}

    assert unseen == set()
    assert refusals == dict.fromkeys(refused, "PermissionDenied")
    assert {name: found for name, found in done.items() if not found.endswith(MAY_END)} == {}


@pytest.mark.db
async def test_in_another_part_of_the_catalogue_nothing_is_seen_or_changed(
    production: str, house: House, actor: Actor, sql: asyncpg.Connection
) -> None:
    async with granted(production, house, actor, Role.OWNER, ELSEWHERE) as caller:
        seen = {name for name in READS if await caller.sees(name)}
        async with nothing_written(sql):
            done = {name: await caller.outcome(name) for name in CHANGES}

    assert seen == FOR_EVERYBODY | OF_THE_WHOLE_PROJECT
    assert {name for name, found in done.items() if found.endswith("Success")} == ITEM_BY_ITEM | LINKS


@pytest.mark.db
async def test_another_tenant_sees_and_changes_nothing(
    production: str, house: House, stranger: Actor, actor: Actor, sql: asyncpg.Connection
) -> None:
    async with granted(production, house, stranger, Role.OWNER) as caller:
        seen = {name for name in READS if await caller.sees(name)}
        async with nothing_written(sql, actor.tenant):
            done = {name: await caller.outcome(name) for name in CHANGES}

    assert seen - {"auditEvents"} == FOR_EVERYBODY
    assert {name for name, found in done.items() if found.endswith("Success")} == ITEM_BY_ITEM | IN_THEIR_OWN


@pytest.mark.db
async def test_nobody_is_let_in(production: str, house: House, sql: asyncpg.Connection) -> None:
    documents = {
        **{name: (read.document, read.variables(house)) for name, read in READS.items()},
        **{name: (change.document(name), {"input": change.input(house)}) for name, change in CHANGES.items()},
        **{name: (stream.document, stream.variables(house)) for name, stream in STREAMS.items()},
    }
    async with calling(production, house, None) as nobody, nothing_written(sql):
        replies = {name: await nobody.post(*asked) for name, asked in documents.items()}

    assert {name: reply.status_code for name, reply in replies.items()} == dict.fromkeys(documents, 401)
    assert {str(reply.json()["errors"][0]["extensions"]) for reply in replies.values()} == {
        "{'code': 'UNAUTHENTICATED'}"
    }
