"""What nobody expected leaves without its text; what can be expected leaves with its own."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from graphql import GraphQLError, GraphQLSyntaxError, Source
from structlog.testing import capture_logs

from api.graphql.faults import report
from domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable

SECRET = "postgresql://assay:hidden@10.0.0.7/assay"


@pytest.mark.parametrize(
    ("cause", "code", "message"),
    [
        (Invalid("first", "Too many."), "BAD_USER_INPUT", "Too many."),
        (NotFound("run", "7"), "NOT_FOUND", "There is no run '7' in this project."),
        (Forbidden("Not you."), "FORBIDDEN", "Not you."),
        (Conflict("Too late."), "CONFLICT", "Too late."),
        (Unavailable("Not now."), "SERVICE_UNAVAILABLE", "Not now."),
        (TimeoutError(), "TIMEOUT", "The operation took too long and was stopped. Ask for less at once."),
        (
            RuntimeError(SECRET),
            "INTERNAL",
            "The server could not do this. Its operator finds the reason under request r-1.",
        ),
    ],
)
def test_error_of_a_resolver(cause: Exception, code: str, message: str) -> None:
    error = GraphQLError(str(cause), path=["assets"], original_error=cause)

    (shown,) = report([error], "r-1", before_execution=False)

    assert shown.message == message
    assert shown.extensions
    assert shown.extensions["code"] == code
    assert shown.path == ["assets"]
    assert SECRET not in str(shown.formatted)


def test_request_that_is_wrong_in_itself_is_told_as_it_is() -> None:
    syntax = GraphQLSyntaxError(Source("{"), 1, "Expected Name.")
    shown = report([syntax, GraphQLError("No such field.")], "r-1", before_execution=True)

    assert [(error.message, (error.extensions or {})["code"]) for error in shown] == [
        ("Syntax Error: Expected Name.", "GRAPHQL_PARSE_FAILED"),
        ("No such field.", "GRAPHQL_VALIDATION_FAILED"),
    ]


def test_only_faults_of_the_server_are_errors_of_the_log() -> None:
    broken = GraphQLError("boom", path=["a"], original_error=RuntimeError("boom"))
    wrong = GraphQLError("no", path=["b"], original_error=NotFound("run", "7"))
    with capture_logs() as lines:
        report([broken, wrong], "r-1", before_execution=False)

    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("error", "operation.failed"),
        ("info", "operation.refused"),
    ]


@pytest.fixture
async def broken_table(http: httpx.AsyncClient, sql: asyncpg.Connection) -> AsyncIterator[None]:
    """A table that is not as the code knows it, once the application is at work."""
    await sql.execute("ALTER TABLE data_connection RENAME COLUMN status_message TO something_else")
    yield
    await sql.execute("ALTER TABLE data_connection RENAME COLUMN something_else TO status_message")


@pytest.mark.db
@pytest.mark.usefixtures("broken_table")
async def test_fault_below_a_resolver_is_masked_and_found_by_its_request_id(
    http: httpx.AsyncClient,
) -> None:
    with capture_logs() as lines:
        query = {"query": '{ viewer { name } dataConnection(name: "bank") { name } }'}
        reply = (await http.post("/graphql", json=query, headers={"X-Request-ID": "r-42"})).json()

    assert reply["data"] == {"viewer": {"name": "developer"}, "dataConnection": None}
    assert reply["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": "r-42"}
    assert reply["errors"][0]["message"].endswith("under request r-42.")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["operation.failed"]
