"""OpenAI, or any server that speaks its chat completions, through the official SDK."""

from __future__ import annotations

import asyncio

from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError
from openai.types.chat import ChatCompletion
from openai.types.shared_params import ResponseFormatJSONSchema

from flows.failures import ModelFailed, ModelKeyRejected, ModelTimedOut
from flows.llm.client import ModelReply, ModelRequest
from flows.llm.provider_failures import failure_of_status


class OpenAiClient:
    """`base_url` None means OpenAI itself."""

    provider = "openai"

    def __init__(
        self, *, api_key: str, base_url: str | None, model: str, temperature: float, timeout_seconds: float
    ) -> None:
        self.model = model
        self._temperature = temperature
        self._timeout = timeout_seconds
        self._sdk = AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout_seconds, max_retries=0)

    async def complete(self, request: ModelRequest) -> ModelReply:
        try:
            async with asyncio.timeout(self._timeout):
                completion = await self._ask(request)
        except (TimeoutError, APIConnectionError):
            raise ModelTimedOut(f"openai did not answer within {self._timeout:g} seconds.") from None
        except APIStatusError as error:
            if error.code == "insufficient_quota":  # a 429 that no waiting mends
                raise ModelKeyRejected("openai answered that the quota of the key is used up.") from None
            raise failure_of_status("openai", error.status_code, error.response.headers) from None
        except (OpenAIError, ValueError):
            raise ModelFailed("openai answered with something that is not a chat completion.") from None
        return _reply(completion)

    async def close(self) -> None:
        await self._sdk.close()

    async def _ask(self, request: ModelRequest) -> ChatCompletion:
        return await self._sdk.chat.completions.create(
            model=self.model,
            temperature=self._temperature,
            max_completion_tokens=request.max_output_tokens,
            messages=[
                {"role": "system", "content": request.instructions},
                {"role": "user", "content": request.question},
            ],
            response_format=_format(request),
        )


def _format(request: ModelRequest) -> ResponseFormatJSONSchema:
    schema: dict[str, object] = dict(request.answer_schema)
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}


def _reply(completion: ChatCompletion | str) -> ModelReply:
    """The SDK hands over the bare text when a server answers without JSON."""
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        raise ModelFailed("openai answered with something that is not a chat completion.")
    choice = completion.choices[0]
    if choice.finish_reason == "length":
        raise ModelFailed("The answer of openai was cut off at its longest length.")
    if not choice.message.content:
        raise ModelFailed("openai answered without text, or declined to answer.")
    usage = completion.usage
    return ModelReply(
        choice.message.content, usage.prompt_tokens if usage else 0, usage.completion_tokens if usage else 0
    )
