from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api.graphql.ids import write_id
from domain.bootstrap import Domain
from domain.connections.model import DataConnection
from domain.identity import Actor
from tests.api.graphql.untouched import nothing_written
from tests.e2e.client import GraphQL

NOBODY = UUID(int=1)
"""No row has this id."""


pytestmark = pytest.mark.db

SHOWN = "id name kind status statusMessage version service database settings { host port username secret sslMode }"
CREATE = f"""mutation ($input: CreateDataConnectionInput!) {{ createDataConnection(input: $input) {{ __typename
  ... on CreateDataConnectionSuccess {{ connection {{ {SHOWN} }} }}
  ... on Error {{ code }} ... on InvalidInput {{ fields {{ path }} }} }} }}"""
UPDATE = """mutation ($input: UpdateDataConnectionInput!) { updateDataConnection(input: $input) { __typename
  ... on UpdateDataConnectionSuccess { connection { version status settings { host } } }
  ... on Conflict { currentVersion } } }"""
DELETE = """mutation ($input: DeleteDataConnectionInput!) { deleteDataConnection(input: $input) { __typename
  ... on DeleteDataConnectionSuccess { connection { name } } } }"""
SETTINGS = {"host": "db.test", "database": "main", "username": "reader"}


async def test_created_connection_comes_back_with_its_defaults_and_never_with_a_secret(api: GraphQL) -> None:
    settings = {**SETTINGS, "secret": "env:BANK", "sslMode": "VERIFY_FULL"}

    created = (await api.do(CREATE, input={"name": "bank", "settings": settings}))["connection"]

    assert created.pop("id")
    assert created == {
        "name": "bank",
        "kind": "POSTGRESQL",
        "status": "PENDING",
        "statusMessage": None,
        "version": 1,
        "service": "bank",
        "database": "bank.main",
        "settings": {
            "host": "db.test",
            "port": 5432,
            "username": "reader",
            "secret": "env:BANK",
            "sslMode": "VERIFY_FULL",
        },
    }


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"name": " bank", "settings": SETTINGS}, ("InvalidInput", "BAD_USER_INPUT", "name")),
        ({"name": "b", "settings": {**SETTINGS, "host": " "}}, ("InvalidInput", "BAD_USER_INPUT", "settings.host")),
        ({"name": "b", "settings": {**SETTINGS, "port": 0}}, ("InvalidInput", "BAD_USER_INPUT", "settings.port")),
        (
            {"name": "b", "settings": {**SETTINGS, "secret": "pw"}},
            ("InvalidInput", "BAD_USER_INPUT", "settings.secret"),
        ),
        ({"name": "bank", "settings": SETTINGS}, ("Conflict", "CONFLICT", None)),
    ],
)
async def test_refused_connection_names_the_field_and_nothing_is_written(
    api: GraphQL, sql: asyncpg.Connection, bank: DataConnection, given: dict[str, Any], answer: tuple[str, str, str]
) -> None:
    async with nothing_written(sql):
        refused = await api.do(CREATE, input=given)

    paths = [problem["path"] for problem in refused.get("fields", [])] or [None]
    assert (refused["__typename"], refused["code"], *paths) == answer


async def test_change_needs_the_current_version(api: GraphQL, sql: asyncpg.Connection, bank: DataConnection) -> None:
    change = {"connectionId": write_id("DataConnection", bank.id), "settings": {**SETTINGS, "host": "new.test"}}

    changed = await api.do(UPDATE, input={**change, "expectedVersion": 1})
    async with nothing_written(sql):
        late = await api.do(UPDATE, input={**change, "expectedVersion": 1})

    assert changed["connection"] == {"version": 2, "status": "PENDING", "settings": {"host": "new.test"}}
    assert late == {"__typename": "Conflict", "currentVersion": 2}


async def test_deleted_connection_is_gone(api: GraphQL, bank: DataConnection) -> None:
    key = write_id("DataConnection", bank.id)

    deleted = await api.do(DELETE, input={"connectionId": key, "expectedVersion": 1})

    assert deleted["connection"] == {"name": "bank"}
    assert (await api.ask('{ dataConnection(name: "bank") { name } }'))["dataConnection"] is None
    assert (await api.do(DELETE, input={"connectionId": key, "expectedVersion": 1}))["__typename"] == "NotFound"


@pytest.mark.parametrize("key", ["", "nonsense", write_id("Asset", NOBODY), write_id("DataConnection", NOBODY)])
async def test_id_that_names_nothing_is_not_found(api: GraphQL, key: str) -> None:
    refused = await api.do(DELETE, input={"connectionId": key, "expectedVersion": 1})

    assert refused == {"__typename": "NotFound"}


async def test_connections_come_in_pages_by_name(
    api: GraphQL, domain: Domain, actor: Actor, bank: DataConnection
) -> None:
    query = """query ($first: Int, $after: String, $last: Int, $before: String) {
      dataConnections(first: $first, after: $after, last: $last, before: $before) {
        edges { node { name } cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""

    page = (await api.ask(query, first=1))["dataConnections"]
    following = (await api.ask(query, first=1, after=page["pageInfo"]["endCursor"]))["dataConnections"]
    back = (await api.ask(query, last=1, before=following["pageInfo"]["startCursor"]))["dataConnections"]

    assert [edge["node"]["name"] for edge in page["edges"]] == ["bank"]
    assert page["pageInfo"]["hasNextPage"] is True
    assert page["pageInfo"]["hasPreviousPage"] is False
    assert [edge["node"]["name"] for edge in following["edges"]] == ["other"]
    assert following["pageInfo"]["hasNextPage"] is False
    assert back["edges"] == page["edges"]


async def test_kinds_of_sources(api: GraphQL) -> None:
    query = "{ dataConnectionKinds { kind name defaultPort settings requiredSettings capabilities { cancel } } }"

    kinds = {kind.pop("kind"): kind for kind in (await api.ask(query))["dataConnectionKinds"]}

    assert kinds["POSTGRESQL"] == {
        "name": "PostgreSQL",
        "defaultPort": 5432,
        "settings": ["host", "database", "username", "port", "secret", "sslMode"],
        "requiredSettings": ["host", "database", "username"],
        "capabilities": {"cancel": True},
    }
    assert kinds["MYSQL"] == {**kinds["POSTGRESQL"], "name": "MySQL", "defaultPort": 3306}
    assert kinds["SQLITE"] == {
        "name": "SQLite",
        "defaultPort": 0,
        "settings": ["path"],
        "requiredSettings": ["path"],
        "capabilities": {"cancel": False},
    }
    assert [kind for kind in kinds if kinds[kind]["settings"] == kinds["POSTGRESQL"]["settings"]] == [
        *("POSTGRESQL", "MYSQL", "SQLSERVER", "REDSHIFT")
    ]
    assert {
        kind: (kinds[kind]["requiredSettings"], kinds[kind]["settings"])
        for kind in ("SNOWFLAKE", "BIGQUERY", "TRINO", "DATABRICKS")
    } == {
        "SNOWFLAKE": (
            ["account", "database", "username", "secret"],
            ["account", "database", "username", "secret", "warehouse", "role"],
        ),
        "BIGQUERY": (["project", "secret"], ["project", "secret", "location"]),
        "TRINO": (["host", "catalog", "username"], ["host", "catalog", "username", "port", "secret", "sslMode"]),
        "DATABRICKS": (["host", "httpPath", "catalog", "secret"], ["host", "httpPath", "catalog", "secret"]),
    }


@pytest.mark.parametrize(
    ("kind", "settings", "named"),
    [
        (
            "SNOWFLAKE",
            {"account": "A-B", "database": "SHOP", "username": "u", "secret": "env:S", "role": "R"},
            "w.SHOP",
        ),
        ("BIGQUERY", {"project": "my-shop", "secret": "env:S", "location": "EU"}, "w.my-shop"),
        ("TRINO", {"host": "t.test", "catalog": "hive", "username": "u"}, "w.hive"),
        ("DATABRICKS", {"host": "d.test", "httpPath": "/sql/1", "catalog": "main", "secret": "env:S"}, "w.main"),
    ],
)
async def test_a_warehouse_is_reached_by_settings_of_its_own(
    api: GraphQL, kind: str, settings: dict[str, Any], named: str
) -> None:
    create = CREATE.replace("settings {", f"settings {{ {' '.join(settings)} ")

    made = (await api.do(create, input={"name": "w", "kind": kind, "settings": settings}))["connection"]

    assert (made["kind"], made["database"]) == (kind, named)
    assert {name: made["settings"][name] for name in settings} == settings


async def test_a_file_is_found_by_its_path_and_gives_the_database_its_name(api: GraphQL) -> None:
    given = {"name": "files", "kind": "SQLITE", "settings": {"path": "/srv/data/shop.sqlite"}}

    made = (await api.do(CREATE, input=given))["connection"]

    assert (made["kind"], made["database"]) == ("SQLITE", "files.shop")
    assert made["settings"] == {"host": "", "port": 0, "username": "", "secret": None, "sslMode": "PREFER"}


@pytest.mark.parametrize(
    ("kind", "settings", "path"),
    [
        ("FILES", {}, "settings.path"),
        ("FILES", {"path": "data"}, "settings.path"),
        ("DUCKDB", {"path": "/srv/../etc/shadow"}, "settings.path"),
        ("SQLITE", {"path": "/"}, "settings.path"),
        ("SQLITE", {"path": "/srv/shop.db", "host": "db.test"}, "settings.host"),
        ("SQLITE", {"path": "/srv/shop.db", "secret": "env:SHOP"}, "settings.secret"),
        ("POSTGRESQL", {**SETTINGS, "path": "/srv"}, "settings.path"),
        ("POSTGRESQL", {"host": "db.test"}, "settings.database"),
        ("MYSQL", {"host": "db.test"}, "settings.database"),
        ("MYSQL", {**SETTINGS, "account": "A"}, "settings.account"),
        ("SNOWFLAKE", {"account": "A-B", "database": "SHOP", "username": "u"}, "settings.secret"),
        ("SNOWFLAKE", {"database": "SHOP", "username": "u", "secret": "env:S"}, "settings.account"),
        ("BIGQUERY", {"project": "p", "secret": "env:S", "host": "h"}, "settings.host"),
        ("TRINO", {"host": "h", "username": "u"}, "settings.catalog"),
        ("DATABRICKS", {"host": "h", "catalog": "c", "secret": "env:S"}, "settings.http_path"),
        ("REDSHIFT", {"host": "h", "username": "u"}, "settings.database"),
    ],
)
async def test_settings_of_another_kind_are_refused_by_name(
    api: GraphQL, kind: str, settings: dict[str, Any], path: str
) -> None:
    refused = await api.do(CREATE, input={"name": "b", "kind": kind, "settings": settings})

    assert (refused["code"], [problem["path"] for problem in refused["fields"]]) == ("BAD_USER_INPUT", [path])
