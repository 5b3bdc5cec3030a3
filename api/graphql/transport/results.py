"""The body and the HTTP status of what was executed."""

from collections.abc import Mapping
from typing import cast

from strawberry.http import GraphQLHTTPResponse, process_result
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from api.graphql.codes import ErrorCode

STATUS = "graphql_status"
"""Name of the request's state that holds the status until the response is made."""

_OF_THE_SERVER: Mapping[object, int] = {
    ErrorCode.INTERNAL.value: 500,
    ErrorCode.TIMEOUT.value: 503,
    ErrorCode.SERVICE_UNAVAILABLE.value: 503,
}


def is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed, so that there is no `data` to tell of."""
    if not result.errors or result.data is not None:
        return False
    return isinstance(result, PreExecutionError) or not any(error.path for error in result.errors)


def status_of(result: ExecutionResult) -> int:
    """For clients that read it, which ask for application/graphql-response+json."""
    if not is_request_error(result):
        return 200
    codes = [(error.extensions or {}).get("code") for error in result.errors or ()]
    return max(_OF_THE_SERVER.get(code, 400) for code in codes)


def body_of(result: ExecutionResult) -> GraphQLHTTPResponse:
    body = process_result(result)
    if is_request_error(result):
        body = cast("GraphQLHTTPResponse", {name: value for name, value in body.items() if name != "data"})
    return body
