from enum import Enum

from api.graphql.enums import describe


class ErrorCode(Enum):
    BAD_USER_INPUT = "BAD_USER_INPUT"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    DOCUMENT_NOT_FOUND = "DOCUMENT_NOT_FOUND"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
    TIMEOUT = "TIMEOUT"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    INTERNAL = "INTERNAL"


describe(
    ErrorCode,
    "The kinds of errors: of `code` in payloads, and of `extensions.code` in top-level errors.",
    {
        ErrorCode.BAD_USER_INPUT: "An argument or variable cannot be right; the message says why.",
        ErrorCode.GRAPHQL_PARSE_FAILED: "The document is not GraphQL.",
        ErrorCode.GRAPHQL_VALIDATION_FAILED: "The document does not fit the schema, or exceeds a limit on documents.",
        ErrorCode.DOCUMENT_NOT_FOUND: "`documentId` names no trusted document of this server.",
        ErrorCode.DOCUMENT_NOT_TRUSTED: "The server executes trusted documents only, and this is none.",
        ErrorCode.UNAUTHENTICATED: "It is not known who asks: a valid token is needed.",
        ErrorCode.FORBIDDEN: "The caller may see this, but not do it.",
        ErrorCode.NOT_FOUND: "There is no such thing, or the caller may not see it.",
        ErrorCode.CONFLICT: "It was right a moment ago: a state or a version moved on.",
        ErrorCode.LIMIT_EXCEEDED: "Too much at once: bytes of a body, or operations on one socket.",
        ErrorCode.COST_LIMIT_EXCEEDED: (
            "The operation could cost more than `extensions.cost.maximum`. Each field costs 1, and what stands below a "
            "list counts once for each item that `first` or `last` asks for, or 20 times where nobody says how many."
        ),
        ErrorCode.TIMEOUT: "The operation took too long and was stopped.",
        ErrorCode.SERVICE_UNAVAILABLE: "A part that is needed does not answer; the same request may work later.",
        ErrorCode.INTERNAL: "A fault of the server; `extensions.requestId` finds it in its log.",
    },
)
