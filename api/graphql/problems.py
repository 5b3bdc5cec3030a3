"""Domain errors as the schema shows them: the only place where errors are mapped.

A mutation's result union lists the errors that its callers are expected to meet. Each is made from a domain error by
a handler below; a handler works only for fields whose union has its type, so an error that a union does not name
falls to a more general member, or becomes a top-level error with a code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import strawberry

from api.graphql.approvals import Approval
from api.graphql.codes import ErrorCode
from api.graphql.mirror import mirror
from domain import errors
from domain.errors import DomainError
from domain.runs import model as runs


@strawberry.interface(description="Something that a caller has to expect.")
class Error:
    message: str = strawberry.field(description="What is wrong and how to mend it; for people.")
    code: ErrorCode = strawberry.field(description="The kind of error; for programs.")


@strawberry.type(description="What is wrong with one field of the input.")
class FieldProblem:
    path: str = strawberry.field(description="The field, as a dotted path inside the input.")
    message: str = strawberry.field(description="What is wrong with it and what is allowed.")


@strawberry.type(description="The input cannot be right. Nothing was changed.")
class InvalidInput(Error):
    fields: list[FieldProblem] = strawberry.field(description="Each field that is wrong.")


@strawberry.type(description="A database, service or column was given where only schemas and tables are possible.")
class UnsupportedTargetLevel(Error):
    target: str = strawberry.field(description="The target that cannot be worked on.")


@strawberry.type(description="There is no such thing, or the caller may not see it.")
class NotFound(Error):
    kind: str = strawberry.field(description="What was looked for.")
    key: str = strawberry.field(description="The name or id that was given.")


@strawberry.type(description="The caller may see this, but not do it. Nothing was changed.")
class PermissionDenied(Error):
    pass


@strawberry.type(description="It was right a moment ago: a state or a version moved on. Nothing was changed.")
class Conflict(Error):
    current_version: int | None = strawberry.field(
        description="The version that is current now; null when the conflict is not about versions."
    )


@strawberry.type(description="The run is not COMPLETED, so there is nothing to approve or reject yet.")
class RunNotApprovable(Error):
    status: runs.RunStatus = strawberry.field(description="The status of the run.")


@strawberry.type(description="Somebody decided otherwise before.")
class ApprovalAlreadyDecided(Error):
    approval: Approval = strawberry.field(description="The decision that stands.")


@strawberry.type(description="The save cannot be undone, because something later builds on it. Nothing was changed.")
class SaveBuiltUpon(Error):
    reasons: list[str] = strawberry.field(description="What builds on it, some of each kind.")


@strawberry.type(description="A part that is needed does not answer; the same call may work later.")
class ServiceUnavailable(Error):
    retry_after_seconds: int = strawberry.field(description="When to try again, in seconds.")


CallProblem: TypeAlias = InvalidInput | NotFound | PermissionDenied | ServiceUnavailable
"""What any mutation may answer with."""


E = TypeVar("E", bound=DomainError)


@dataclass(frozen=True, slots=True)
class Shown(Generic[E]):
    """How one domain error is shown; Strawberry's ExceptionHandler by its shape."""

    exception_type: type[E]
    error_type: type[Error]
    more: Callable[[E], Mapping[str, object]] = lambda _: {}
    """Fields that the domain error does not have under the same name."""

    def handle(self, exception: E, **_place: object) -> Error:
        return mirror(self.error_type, exception, code=code_of(exception), **self.more(exception))


def _fields(error: errors.Invalid) -> Mapping[str, object]:
    return {"fields": [mirror(FieldProblem, problem) for problem in error.problems]}


def _approval(error: runs.ApprovalAlreadyDecided) -> Mapping[str, object]:
    return {"approval": mirror(Approval, error.approval)}


def _version(error: errors.Conflict) -> Mapping[str, object]:
    return {"current_version": error.current if isinstance(error, errors.VersionConflict) else None}


HANDLERS: Sequence[Shown[Any]] = (  # each of its own error
    Shown(errors.UnsupportedTargetLevel, UnsupportedTargetLevel),
    Shown(errors.Invalid, InvalidInput, _fields),
    Shown(errors.NotFound, NotFound),
    Shown(errors.Forbidden, PermissionDenied),
    Shown(runs.RunNotApprovable, RunNotApprovable),
    Shown(runs.ApprovalAlreadyDecided, ApprovalAlreadyDecided, _approval),
    Shown(runs.SaveBuiltUpon, SaveBuiltUpon),
    Shown(errors.Conflict, Conflict, _version),
    Shown(errors.Unavailable, ServiceUnavailable),
)
"""The first that fits wins, so the special ones stand before the general ones."""

_CODES: Sequence[tuple[type[DomainError], ErrorCode]] = (
    (errors.Invalid, ErrorCode.BAD_USER_INPUT),
    (errors.NotFound, ErrorCode.NOT_FOUND),
    (errors.Forbidden, ErrorCode.FORBIDDEN),
    (errors.Conflict, ErrorCode.CONFLICT),
    (errors.Unavailable, ErrorCode.SERVICE_UNAVAILABLE),
)


def code_of(error: DomainError) -> ErrorCode:
    return next(code for kind, code in _CODES if isinstance(error, kind))


def problem_of(error: DomainError) -> Error:
    """As a payload type, for an error that concerns one item of many and was not raised."""
    return next(shown for shown in HANDLERS if isinstance(error, shown.exception_type)).handle(error)
