"""The executing schema: each operation with a context of its own, a time limit, and errors that are fit to be seen."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from functools import partial
from typing import Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.graphql.audiences import Asked
from api.graphql.context import Caller, operation_context
from api.graphql.faults import count, report
from api.graphql.hooks import HooksRunner


class TimeLimit(SchemaExtension):
    """Stops queries and mutations that take too long; a subscription may last."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def on_execute(self) -> AsyncIterator[None]:
        is_stream = self.execution_context.operation_type is OperationType.SUBSCRIPTION
        async with asyncio.timeout(None if is_stream else self._seconds):
            yield


class GovernedSchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Logged by `report`, which sees every error once; Strawberry would log client mistakes as errors."""

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> HooksRunner:
        return HooksRunner(execution_context, extensions)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,  # JSON
        context_value: Caller | None = None,
        root_value: object = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,  # JSON
    ) -> ExecutionResult:
        assert context_value is not None
        result = await super().execute(
            query,
            variable_values,
            operation_context(context_value),
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )
        return _shown(result, context_value)

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,  # JSON
        context_value: Caller | None = None,
        root_value: object = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,  # JSON
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        assert context_value is not None
        assert context_value.actor is not None
        asked = Asked.by(context_value.actor, query, operation_name, variable_values)
        begin = partial(
            super().stream,
            query,
            variable_values=variable_values,
            root_value=root_value,
            operation_name=operation_name,
            operation_extensions=operation_extensions,
            allowed_operation_types=allowed_operation_types,
        )
        return _shown_stream(begin, asked, context_value)


async def _shown_stream(
    begin: Callable[..., Awaitable[object]], asked: Asked, caller: Caller
) -> AsyncGenerator[ExecutionResult, None]:
    with caller.audiences.joined(asked) as audience:
        source = await begin(context_value=operation_context(caller, audience))
        async with aclosing(cast("AsyncGenerator[ExecutionResult, None]", source)) as results:
            async for result in results:
                yield _shown(result, caller)


def _shown(result: ExecutionResult, caller: Caller) -> ExecutionResult:
    if result.errors:
        before_execution = isinstance(result, PreExecutionError)
        result.errors = report(result.errors, caller.request_id, before_execution=before_execution)
        count(result.errors, caller.services.meters)
    return result
