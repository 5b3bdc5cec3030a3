"""A model provider over real HTTP: OpenAI's chat completions and Anthropic's messages. It records what it was sent."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.listening import listening_socket

BOUND_SECONDS = 50.0
INPUT_TOKENS, OUTPUT_TOKENS = 1000, 200


@dataclass(frozen=True)
class Text:
    """An answer in words; `stop` is the reason as the provider spells it."""

    text: str
    stop: str | None = None


@dataclass(frozen=True)
class Status:
    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = '{"error": {"message": "no", "type": "error"}}'


@dataclass(frozen=True)
class Silence:
    """No answer until the caller has gone."""


Answer = Text | Status | Silence


@dataclass
class ModelProvider:
    """`script` is answered first, one entry a call; after it, every column that was asked about is described."""

    port: int = 0
    script: deque[Answer] = field(default_factory=deque)
    wait_for_callers: int = 0
    """Hold every answer back until so many calls are in flight at once, or were so once."""
    silent_about: str | None = None
    """A column; calls that ask about it are never answered."""
    bodies: list[dict[str, Any]] = field(default_factory=list)  # JSON is open by nature
    peak: int = 0
    in_flight: int = 0
    all_here: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop | None = None
    """That of its thread, once it was asked something."""

    @property
    def openai_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def anthropic_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sent(self) -> str:
        """Everything that ever left, as one text."""
        return json.dumps(self.bodies, ensure_ascii=False)

    def then(self, *answers: Answer) -> "ModelProvider":
        self.script.extend(answers)
        return self

    def release(self) -> None:
        """Hold no answer back any more, whatever `wait_for_callers` says."""
        if self.loop:
            self.loop.call_soon_threadsafe(self.all_here.set)
        else:
            self.all_here.set()

    async def respond(self, request: Request) -> Response:
        self.loop = asyncio.get_running_loop()
        body = await request.json()
        self.bodies.append(body)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            if self.in_flight >= self.wait_for_callers:
                self.all_here.set()
            await asyncio.wait_for(self.all_here.wait(), BOUND_SECONDS)
            return await self._answer(request, body)
        finally:
            self.in_flight -= 1

    async def _answer(self, request: Request, body: dict[str, Any]) -> Response:
        answer = self._next(body)
        match answer:
            case Status():
                return Response(answer.body, answer.code, {"content-type": "application/json", **answer.headers})
            case Silence():
                await _until_gone(request)
                return Response(status_code=499)
            case Text() if request.url.path == "/v1/messages":
                return JSONResponse(_message(answer))
            case Text():
                return JSONResponse(_completion(answer))

    def _next(self, body: dict[str, Any]) -> Answer:
        if self.silent_about and self.silent_about in {column["name"] for column in asked_about(body)["columns"]}:
            return Silence()
        return self.script.popleft() if self.script else Text(describe_all(body))


async def _until_gone(request: Request) -> None:
    """The body was read, so the next message is that the caller hung up."""
    await asyncio.wait_for(request.receive(), BOUND_SECONDS)


def describe_all(body: Mapping[str, Any]) -> str:
    """What a model that does as it is told answers."""
    asked = asked_about(body)
    columns = [column_entry(column["name"]) for column in asked["columns"]]
    return json.dumps({"table": table_entry(), "columns": columns})


def asked_about(body: Mapping[str, Any]) -> dict[str, Any]:
    question = body["messages"][-1]["content"]
    found: dict[str, Any] = json.loads(question.removeprefix("<data>").removesuffix("</data>"))
    return found


def table_entry(**changed: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "description": "Each row is one thing the business deals with.",
        "business_name": "Thing",
        "domain": "Customers",
        "confidence": 0.8,
        "justification": "Said by the columns.",
    }
    return entry | changed


def column_entry(name: str, **changed: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": name,
        "description": "What the model knows about it.",
        "business_name": "A name",
        "business_definition": None,
        "semantic_type": "label",
        "pii_class": "NONE",
        "sensitivity": "INTERNAL",
        "confidence": 0.8,
        "justification": "Said by the name.",
    }
    return entry | changed


def _completion(answer: Text) -> dict[str, object]:
    message = {"role": "assistant", "content": answer.text}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "finish_reason": answer.stop or "stop", "message": message}],
        "usage": {
            "prompt_tokens": INPUT_TOKENS,
            "completion_tokens": OUTPUT_TOKENS,
            "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
        },
    }


def _message(answer: Text) -> dict[str, object]:
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "fake",
        "content": [{"type": "text", "text": answer.text}],
        "stop_reason": answer.stop or "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": INPUT_TOKENS, "output_tokens": OUTPUT_TOKENS},
    }


@contextmanager
def running_provider() -> Iterator[ModelProvider]:
    """In a thread and an event loop of its own, on a free port."""
    provider = ModelProvider()
    routes = [Route(path, provider.respond, methods=["POST"]) for path in ("/v1/chat/completions", "/v1/messages")]
    listening = listening_socket()
    provider.port = listening.getsockname()[1]
    config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="model-provider")
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(BOUND_SECONDS)
        listening.close()
        assert not thread.is_alive(), "the fake provider did not stop"
