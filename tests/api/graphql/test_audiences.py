"""Subscribers who asked the same get one execution an event, and nobody gets what is not meant for them."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
import pytest
import strawberry
from graphql import ExecutionResult
from hypothesis import given
from hypothesis import strategies as st

from api.graphql.audiences import KEPT, Asked, Audience, AudienceExecutor, Audiences
from domain.identity import Actor, OrganizationId, Permission, ProjectId, Tenant

EVENTS = 40
ADA = Actor(
    Tenant(OrganizationId(UUID(int=1)), ProjectId(UUID(int=2))),
    "ada",
    permissions=frozenset({Permission.READ}),
    request_id="r1",
)
QUESTION = ("subscription { news { text } }", None, {"a": 1, "b": [2]})


@dataclass
class Listener:
    """A context as subscribers have it; `executed` are the numbers whose fields were resolved."""

    audience: Audience
    executed: list[int]


@strawberry.type
class News:
    number: int

    @strawberry.field
    async def text(self, info: strawberry.Info) -> str:
        info.context.executed.append(self.number)
        await asyncio.sleep(0)
        return f"news {self.number}"

    @strawberry.field
    def trouble(self, info: strawberry.Info) -> int:
        info.context.executed.append(self.number)
        raise ValueError("no")


@strawberry.type
class Query:
    nothing: int = 0


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def news(self, first: int = 0) -> AsyncGenerator[News, None]:
        for number in range(first, EVENTS):
            await asyncio.sleep(0)
            yield News(number=number)


class Quiet(strawberry.Schema):
    def process_errors(self, *_: object) -> None: ...


SCHEMA = Quiet(Query, subscription=Subscription, execution_context_class=AudienceExecutor)


async def follow(listener: Listener, query: str) -> list[Any]:
    stream = await SCHEMA.subscribe(query, context_value=listener)
    return [orjson.loads(orjson.dumps(result.data)) if result.data else result.errors async for result in stream]


async def test_events_are_executed_once_for_all_who_follow_them() -> None:
    executed: list[int] = []
    audience = Audience(members=20)

    heard = await asyncio.gather(*(follow(Listener(audience, executed), QUESTION[0]) for _ in range(20)))

    assert heard == [[{"news": {"text": f"news {number}"}} for number in range(EVENTS)]] * 20
    assert executed == list(range(EVENTS))


async def test_followers_at_different_places_share_what_they_have_in_common() -> None:
    executed: list[int] = []
    audience = Audience(members=2)
    await follow(Listener(audience, executed), QUESTION[0])

    late = await follow(Listener(audience, executed), f"subscription {{ news(first: {EVENTS - KEPT}) {{ text }} }}")

    assert late == [{"news": {"text": f"news {number}"}} for number in range(EVENTS - KEPT, EVENTS)]
    assert executed == list(range(EVENTS))


async def test_a_follower_who_is_alone_keeps_nothing_in_memory() -> None:
    audience = Audience(members=1)

    await follow(Listener(audience, []), QUESTION[0])

    assert not audience._answers


async def test_errors_are_shared_like_data() -> None:
    executed: list[int] = []
    audience = Audience(members=2)
    query = f"subscription {{ news(first: {EVENTS - 1}) {{ trouble }} }}"

    heard = await asyncio.gather(*(follow(Listener(audience, executed), query) for _ in range(2)))

    assert [[error.message for error in errors] for (errors,) in heard] == [["no"], ["no"]]
    assert executed == [EVENTS - 1]


async def test_the_first_who_leaves_does_not_take_the_answer_away() -> None:
    audience, door = Audience(members=2), asyncio.Event()

    async def execute() -> ExecutionResult:
        await door.wait()
        return ExecutionResult({"a": 1}, None)

    async def listen() -> ExecutionResult:
        answer = audience.answer("event", execute)
        return answer if isinstance(answer, ExecutionResult) else await answer

    first, second = asyncio.create_task(listen()), asyncio.create_task(listen())
    await asyncio.sleep(0)
    first.cancel()
    door.set()

    assert orjson.dumps((await second).data) == b'{"a":1}'
    assert (await asyncio.gather(first, return_exceptions=True))[0].__class__ is asyncio.CancelledError


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.integers(0, 3)), max_size=40))
def test_a_reading_is_about_its_subject_and_never_older_than_what_it_is_wanted_for(
    wishes: list[tuple[str, int, int]],
) -> None:
    """`back` is how far a subscriber lags behind the hub, which goes on by `step` between the wishes."""

    async def carry_out() -> None:
        audience, now = Audience(), 0
        for subject, step, back in wishes:
            now += step

            def read(position: int, subject: str = subject) -> Coroutine[None, None, tuple[str, int]]:
                return asyncio.sleep(0, (subject, position))

            about, position = await audience.reading(subject, max(now - back, 0), now, read)
            assert about == subject
            assert max(now - back, 0) <= position <= now

    asyncio.run(carry_out())


async def test_a_reading_that_failed_is_tried_again() -> None:
    audience, tries = Audience(), iter((ConnectionError("away"), None))

    async def read(position: int) -> int:
        if trouble := next(tries):
            raise trouble
        return position

    with pytest.raises(ConnectionError):
        await audience.reading("run", 3, 4, read)
    assert await audience.reading("run", 3, 4, read) == 4
    assert await audience.reading("run", 3, 5, read) == 4


@pytest.mark.parametrize(
    ("case", "actor", "question", "together"),
    [
        ("the same", ADA, QUESTION, True),
        ("another person with the same rights", replace(ADA, name="eve"), QUESTION, True),
        ("another request", replace(ADA, request_id="r2"), QUESTION, True),
        ("variables in another order", ADA, (QUESTION[0], None, {"b": [2], "a": 1}), True),
        ("fewer rights", replace(ADA, permissions=frozenset()), QUESTION, False),
        (
            "another project",
            replace(ADA, tenant=replace(ADA.tenant, project_id=ProjectId(UUID(int=3)))),
            QUESTION,
            False,
        ),
        ("another document", ADA, ("subscription { news { trouble } }", None, QUESTION[2]), False),
        ("another operation of it", ADA, (QUESTION[0], "Other", QUESTION[2]), False),
        ("other variables", ADA, (QUESTION[0], None, {"a": 1, "b": [3]}), False),
        ("no variables", ADA, (QUESTION[0], None, None), False),
    ],
)
def test_who_is_told_the_same(case: str, actor: Actor, question: tuple[Any, ...], together: bool) -> None:
    audiences = Audiences()
    with audiences.joined(Asked.by(ADA, *QUESTION)) as one, audiences.joined(Asked.by(actor, *question)) as other:
        assert (one is other) is together, case
        assert one.members == (2 if together else 1)

    assert audiences._audiences == {}
