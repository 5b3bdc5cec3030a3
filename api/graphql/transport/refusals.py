import orjson
from starlette.responses import Response

from api.graphql.codes import ErrorCode
from api.graphql.faults import coded
from api.graphql.transport.accept import Answer


class Refused(Exception):
    """The request is not executed; answered with a status and a code."""

    def __init__(self, status: int, message: str, code: ErrorCode = ErrorCode.BAD_USER_INPUT, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers


def refusal_response(refusal: Refused, answer: Answer) -> Response:
    """A refusal in the form of a GraphQL answer, also for those who wanted a stream."""
    kind = Answer.JSON if answer is Answer.EVENTS else answer
    body = {"errors": [coded(refusal.message, refusal.code).formatted]}
    return Response(orjson.dumps(body), refusal.status, refusal.headers, f"{kind.value}; charset=utf-8")
