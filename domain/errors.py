"""The errors that a caller is expected to meet.

DomainError
├── Invalid          the request cannot be right: names the field and the way out
├── NotFound         there is no such thing, or the actor may not see it
├── Forbidden        the actor may see it, but not do this
├── Conflict         it was right a moment ago: the state or version moved on
└── Unavailable      a part that is needed does not answer; the same call may work later
"""

from collections.abc import Sequence
from dataclasses import dataclass


class DomainError(Exception):
    """Carries a message that may be shown to the caller as it stands: no secret, no row value."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field; `path` is dotted, as the caller wrote it."""

    path: str
    message: str


class Invalid(DomainError):
    def __init__(self, field: str, message: str, *others: FieldProblem) -> None:
        super().__init__(message)
        self.problems: Sequence[FieldProblem] = (FieldProblem(field, message), *others)


class UnsupportedTargetLevel(Invalid):
    """A database or a service was given where only schemas and tables are possible."""

    def __init__(self, field: str, message: str, target: str) -> None:
        super().__init__(field, message)
        self.target = target


class NotFound(DomainError):
    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"There is no {kind} {key!r} in this project.")
        self.kind = kind
        self.key = key


class Forbidden(DomainError):
    pass


class Conflict(DomainError):
    pass


class VersionConflict(Conflict):
    """The change is based on a version that is no longer current."""

    def __init__(self, kind: str, key: str, expected: int, current: int) -> None:
        super().__init__(
            f"{kind} {key!r} is at version {current}, not {expected}; read it again and repeat the change."
        )
        self.current = current


class Unavailable(DomainError):
    def __init__(self, message: str, retry_after_seconds: int = 5) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
