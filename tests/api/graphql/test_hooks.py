"""Hooks of every sort run as Strawberry runs them: in its order, with errors where it has them."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

import pytest
import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner

from api.graphql.hooks import HooksRunner

NOTES: list[str] = []


class Generators(SchemaExtension):
    def on_operation(self) -> Iterator[None]:
        NOTES.append("operation")
        try:
            yield
        finally:
            NOTES.append("operation ended")

    async def on_execute(self) -> AsyncIterator[None]:
        NOTES.append("execute")
        yield
        NOTES.append("executed")

    def get_results(self) -> dict[str, Any]:
        return {"seen": len(NOTES)}


class Functions(SchemaExtension):
    def on_parse(self) -> None:  # type: ignore[override]  # Strawberry takes functions, too
        NOTES.append("parse")

    async def on_validate(self) -> None:  # type: ignore[override]  # as above
        NOTES.append("validate")

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        NOTES.append(f"result {result.data}")
        yield

    async def get_results(self) -> dict[str, Any]:
        return {"waited": True}


class Failing(SchemaExtension):
    def on_execute(self) -> Iterator[None]:
        yield
        raise ValueError("too late")


class Idle(SchemaExtension):
    """Has no hook at all."""


@strawberry.type
class Query:
    word: str = "abc"

    @strawberry.field
    def trouble(self) -> str:
        raise ValueError("no")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def words(self) -> AsyncGenerator[str, None]:
        for word in ("a", "b"):
            yield word


def schema_with(runner: type[SchemaExtensionsRunner], extensions: list[type[SchemaExtension]]) -> strawberry.Schema:
    class Schema(strawberry.Schema):
        def process_errors(self, *_: object) -> None: ...

        def create_extensions_runner(self, execution_context: Any, extensions: Any) -> SchemaExtensionsRunner:
            return runner(execution_context, extensions)

    return Schema(Query, subscription=Subscription, extensions=extensions)


async def story(runner: type[SchemaExtensionsRunner], extensions: list[type[SchemaExtension]], query: str) -> list[str]:
    NOTES.clear()
    stream = await schema_with(runner, extensions).stream(query, root_value=Query())
    results = [result async for result in stream]
    return [*NOTES, *(repr((result.data, result.errors, result.extensions)) for result in results)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "extensions", [[Generators, Functions, Idle], [Functions, Generators], [Idle], [Generators, Failing]]
)
@pytest.mark.parametrize("query", ["{ word }", "{ trouble }", "{", "{ nope }", "subscription { words }"])
async def test_story_of_an_operation_is_that_of_strawberrys_runner(
    extensions: list[type[SchemaExtension]], query: str
) -> None:
    told = await story(HooksRunner, extensions, query)

    assert told == await story(SchemaExtensionsRunner, extensions, query)
