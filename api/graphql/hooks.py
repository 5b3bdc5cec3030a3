"""Runs the hooks of extensions as Strawberry does, but looks at each class of them once.

Strawberry finds out with every request, and with every event of every subscriber, which hooks an extension has and of
what sort they are: a tenth of the time of a tiny query.
"""

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from functools import cache, partial
from types import TracebackType
from typing import Any, NamedTuple

from strawberry.extensions import SchemaExtension
from strawberry.extensions.context import (
    ExecutingContextManager,
    ExtensionContextManagerBase,
    OperationContextManager,
    ParsingContextManager,
    StreamResultContextManager,
    ValidationContextManager,
    WrappedHook,
)
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext, StreamExecutionResult
from strawberry.utils.await_maybe import await_maybe


class _Hook(NamedTuple):
    open: Callable[..., AbstractAsyncContextManager[None] | AbstractContextManager[None]]
    is_async: bool


@cache
def _hook(kind: type, name: str) -> _Hook | None:
    """None for what only Strawberry knows how to run."""
    function = getattr(kind, name)
    if inspect.isasyncgenfunction(function):
        return _Hook(asynccontextmanager(function), is_async=True)
    return _Hook(contextmanager(function), is_async=False) if inspect.isgeneratorfunction(function) else None


@cache
def _overrides(kind: type, name: str) -> bool:
    return getattr(kind, name) is not getattr(SchemaExtension, name)


def _has(extension: SchemaExtension, name: str) -> bool:
    kind: type = type(extension)
    return _overrides(kind, name)


class _Known(ExtensionContextManagerBase):
    def get_hook(self, extension: SchemaExtension) -> WrappedHook | None:
        if not _has(extension, self.HOOK_NAME):
            return None
        kind: type = type(extension)
        hook = _hook(kind, self.HOOK_NAME)
        return (
            WrappedHook(extension, partial(hook.open, extension), hook.is_async)
            if hook
            else super().get_hook(extension)
        )


class _Operation(_Known, OperationContextManager): ...


class _Parsing(_Known, ParsingContextManager): ...


class _Validation(_Known, ValidationContextManager): ...


class _Executing(_Known, ExecutingContextManager): ...


class _StreamResult(_Known, StreamResultContextManager):
    """Around each event for each of its subscribers, mostly without a hook to run."""

    async def __aenter__(self) -> None:
        if self.hooks:
            await super().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.hooks:
            await super().__aexit__(kind, raised, traceback)


class HooksRunner(SchemaExtensionsRunner):
    def __init__(self, execution_context: ExecutionContext, extensions: list[SchemaExtension]) -> None:
        super().__init__(execution_context, extensions)
        self._around_results = [one for one in extensions if _has(one, "on_stream_result")]
        self._with_results = [one for one in extensions if _has(one, "get_results")]

    def operation(self) -> OperationContextManager:
        return _Operation(self.extensions)

    def parsing(self) -> ParsingContextManager:
        return _Parsing(self.extensions)

    def validation(self) -> ValidationContextManager:
        return _Validation(self.extensions)

    def executing(self) -> ExecutingContextManager:
        return _Executing(self.extensions)

    def on_stream_result(self, result: StreamExecutionResult) -> StreamResultContextManager:
        return _StreamResult(self._around_results, result)

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        results: dict[str, Any] = {}
        for extension in self._with_results:
            results.update(await await_maybe(extension.get_results()))
        return results | ctx.extensions_results
