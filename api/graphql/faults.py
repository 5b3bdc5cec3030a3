"""Top-level errors: each leaves with a code of the closed list; what nobody expected leaves without its text."""

from collections.abc import Sequence

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from api.graphql.codes import ErrorCode
from api.graphql.problems import code_of
from api.meters import Meters
from domain.errors import DomainError, Unavailable

_OF_THE_REQUEST = (
    DomainError,  # raised by a scalar that reads a value
    GraphQLSyntaxError,
    RecursionError,
    MissingQueryError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)

log = structlog.get_logger()


def coded(message: str, code: ErrorCode, like: GraphQLError | None = None, **more: object) -> GraphQLError:
    """An error as clients see it, at the place of another one."""
    extensions = {"code": code.value, **more}
    if like is None:
        return GraphQLError(message, extensions=extensions)
    return GraphQLError(message, like.nodes, like.source, like.positions, like.path, extensions=extensions)


def internal_error(request_id: str, like: GraphQLError | None = None) -> GraphQLError:
    message = f"The server could not do this. Its operator finds the reason under request {request_id}."
    return coded(message, ErrorCode.INTERNAL, like, requestId=request_id)


def report(errors: Sequence[GraphQLError], request_id: str, *, before_execution: bool) -> list[GraphQLError]:
    """What the client is told; client mistakes are logged as such, without the document."""
    shown = [_show(error, request_id, before_execution=before_execution) for error in errors]
    mistakes = sorted({error.extensions["code"] for error in shown if error.extensions} - {ErrorCode.INTERNAL.value})
    if mistakes:
        log.info("operation.refused", codes=mistakes, errors=len(shown))
    return shown


def count(shown: Sequence[GraphQLError], meters: Meters) -> None:
    for error in shown:
        meters.errors.labels((error.extensions or {}).get("code")).inc()


def _show(error: GraphQLError, request_id: str, *, before_execution: bool) -> GraphQLError:
    if "code" in (error.extensions or {}):
        return error
    cause = _cause(error)
    if isinstance(cause, DomainError) and (error.path or isinstance(cause, Unavailable)):
        return _of_domain(cause, error)
    if isinstance(cause, TimeoutError):
        return coded("The operation took too long and was stopped. Ask for less at once.", ErrorCode.TIMEOUT, error)
    if cause is None or isinstance(cause, _OF_THE_REQUEST):
        return _of_request(cause, error, before_execution=before_execution)
    log.error("operation.failed", exc_info=cause, path=error.path)
    return internal_error(request_id, error)


def _of_domain(cause: DomainError, error: GraphQLError) -> GraphQLError:
    later = {"retryAfterSeconds": cause.retry_after_seconds} if isinstance(cause, Unavailable) else {}
    return coded(cause.message, code_of(cause), error, **later)


def _of_request(cause: BaseException | None, error: GraphQLError, *, before_execution: bool) -> GraphQLError:
    """What is wrong in the request itself: its document before execution, its variables after."""
    if isinstance(cause, GraphQLSyntaxError):
        return coded(error.message, ErrorCode.GRAPHQL_PARSE_FAILED, error)
    message = "The document is nested too deeply." if isinstance(cause, RecursionError) else error.message
    code = ErrorCode.GRAPHQL_VALIDATION_FAILED if before_execution else ErrorCode.BAD_USER_INPUT
    return coded(message, code, error)


def _cause(error: GraphQLError) -> BaseException | None:
    """What was raised; None for an error that GraphQL itself found in the request."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError) and not isinstance(cause, GraphQLSyntaxError):
        cause = cause.original_error
    return cause
