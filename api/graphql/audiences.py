"""Subscribers who asked for the same: what each event means for them is read, executed and encoded once for all."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, Self, TypeVar, cast

import orjson
from graphql import ExecutionResult, OperationType
from graphql.pyutils import AwaitableOrValue

from api.graphql.leaves import LeafExecutor
from domain.identity import Actor

KEPT = 32
"""Events whose answers are held for those who come to them later; a slower subscriber has them executed anew."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation and who may see what by it: all that an answer depends on, beside the event."""

    document: str
    operation_name: str | None
    variables: bytes
    rights: Actor
    """Without name and request: nothing that is told to subscribers depends on these."""

    @classmethod
    def by(cls, actor: Actor, document: str | None, operation_name: str | None, variables: object) -> Self:
        ordered = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        return cls(document or "", operation_name, ordered, replace(actor, name="", request_id=None))


@dataclass(frozen=True, slots=True)
class _Shared(Generic[T]):
    """Work that was begun for one about a subject, when all up to `position` had happened."""

    subject: object
    position: int
    work: "asyncio.Task[T]"

    def serves(self, subject: object, since: int) -> bool:
        has_failed = self.work.done() and (self.work.cancelled() or self.work.exception() is not None)
        return (self.subject is subject or self.subject == subject) and self.position >= since and not has_failed


@dataclass(slots=True)
class Audience:
    members: int = 0
    _told: tuple[object, object] | None = None
    _answers: deque[_Shared[ExecutionResult]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _readings: deque[_Shared[Any]] = field(default_factory=lambda: deque(maxlen=KEPT))  # each of its own type

    def told(self, committed: object, tell: Callable[[], T]) -> T:
        """The event that something is told as: one object for all who come to the same thing one after the other."""
        if self._told is None or self._told[0] is not committed:
            self._told = (committed, tell())
        return cast("T", self._told[1])

    def answer(
        self, event: object, execute: Callable[[], AwaitableOrValue[ExecutionResult]]
    ) -> AwaitableOrValue[ExecutionResult]:
        """What the event is for this audience, executed for the first who is told of an equal one.

        Equal are events of which every value is the same, so what one subscriber knows by it the others know, too.
        """
        if self.members < 2:  # noqa: PLR2004 - nobody to share with
            return execute()
        answering = _shared(self._answers, event, 0, 0, partial(_encoded, execute))
        return answering.result() if answering.done() else asyncio.shield(answering)

    async def reading(
        self, subject: object, since: int, now: int, read: Callable[[int], Coroutine[None, None, T]]
    ) -> T:
        """What was read about a subject when all up to `since` had happened: `now`, or by another after it."""
        return await asyncio.shield(_shared(self._readings, subject, since, now, partial(read, now)))


def _shared(
    known: deque[_Shared[T]], subject: object, since: int, now: int, begin: Callable[[], Coroutine[None, None, T]]
) -> "asyncio.Task[T]":
    """It goes on when the one who began it leaves, because others may wait for it."""
    for shared in reversed(known):
        if shared.serves(subject, since):
            return shared.work
    known.append(_Shared(subject, now, asyncio.create_task(begin())))
    return known[-1].work


async def _encoded(execute: Callable[[], AwaitableOrValue[ExecutionResult]]) -> ExecutionResult:
    """With data that every transport sends as they are."""
    executed = execute()
    result = await executed if isinstance(executed, Awaitable) else executed
    if result.data is None:
        return result
    data = cast("dict[str, Any]", orjson.Fragment(orjson.dumps(result.data)))
    return ExecutionResult(data, result.errors)


class Audiences:
    def __init__(self) -> None:
        self._audiences: dict[Asked, Audience] = {}

    @contextmanager
    def joined(self, asked: Asked) -> Iterator[Audience]:
        audience = self._audiences.setdefault(asked, Audience())
        audience.members += 1
        try:
            yield audience
        finally:
            audience.members -= 1
            if not audience.members:
                del self._audiences[asked]


class AudienceExecutor(LeafExecutor):
    """Executes each event of a subscription once for its audience."""

    def execute_operation(self, serially: bool | None = None) -> AwaitableOrValue[Any]:
        execute = partial(super().execute_operation, serially)
        if self.operation.operation is not OperationType.SUBSCRIPTION:
            return execute()
        audience: Audience = self.context_value.audience
        return audience.answer(self.root_value, cast("Callable[[], AwaitableOrValue[ExecutionResult]]", execute))
