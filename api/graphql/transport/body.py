"""Reading a request as GraphQL over HTTP says, and refusing what is not one."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from strawberry.http import GraphQLRequestData

from api.graphql.codes import ErrorCode
from api.graphql.transport.documents import TrustedDocuments
from api.graphql.transport.refusals import Refused


async def read_body(request: Request, most_bytes: int, longest_seconds: float) -> bytes:
    """The whole body, within its size and time."""
    check_content_type(request.headers.get("content-type", ""))
    body = bytearray()
    try:
        async with asyncio.timeout(longest_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most_bytes:
                    raise Refused(413, f"The body has more than {most_bytes:,} bytes.", ErrorCode.LIMIT_EXCEEDED)
    except TimeoutError:
        raise Refused(408, "The body did not arrive in time.", ErrorCode.TIMEOUT) from None
    except ClientDisconnect:
        raise Refused(400, "The client went away.") from None
    return bytes(body)


def check_content_type(header: str) -> None:
    """Only JSON in UTF-8: other types can be sent by any web page without asking, and charsets hide things."""
    name, *parameters = [piece.strip().lower() for piece in header.split(";")]
    if name != "application/json":
        raise Refused(415, "Send the request with Content-Type: application/json.")
    charsets = [value.strip('"') for key, _, value in (part.partition("=") for part in parameters) if key == "charset"]
    if any(charset not in {"utf-8", "utf8"} for charset in charsets):
        raise Refused(415, "Send the request in UTF-8.")


def read_json(text: str | bytes, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refused(400, f"{what} is not JSON.") from None


def parameters_of_body(body: bytes) -> Mapping[str, Any]:
    parameters = read_json(body, "The body")
    if isinstance(parameters, list):
        raise Refused(400, "Batches of operations are not taken; send them one by one.")
    if not isinstance(parameters, dict):
        raise Refused(400, "The body is not a JSON object with the key query or documentId.")
    return parameters


def parameters_of_url(request: Request) -> Mapping[str, Any]:
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = read_json(parameters[name], name)
    return parameters


def request_data(
    parameters: Mapping[str, Any],
    documents: TrustedDocuments,
    protocol: Any,  # noqa: ANN401 - a Literal of Strawberry's
) -> GraphQLRequestData:
    query = documents.text_of(parameters)
    if problem := ill_formed(parameters):
        raise Refused(400, problem)
    return GraphQLRequestData(
        query=query,
        variables=parameters.get("variables"),
        operation_name=parameters.get("operationName") or None,
        extensions=parameters.get("extensions"),
        protocol=protocol,
    )


def ill_formed(parameters: Mapping[str, Any]) -> str | None:
    """What is wrong with the optional parameters of a request; None when nothing is."""
    if not isinstance(parameters.get("variables"), dict | None):
        return "variables has to be an object or null."
    if not isinstance(parameters.get("operationName"), str | None):
        return "operationName has to be a string or null."
    if not isinstance(parameters.get("extensions"), dict | None):
        return "extensions has to be an object or null."
    if _holds_nul(parameters.get("variables")):
        return "A text in variables cannot hold the character NUL."
    return None


def _holds_nul(value: object) -> bool:
    """Looked for without recursion, because JSON may be nested more deeply than calls."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text) if "\0" in text:
                return True
            case list(items):
                waiting += items
            case dict(items):
                waiting += [*items.keys(), *items.values()]
    return False
