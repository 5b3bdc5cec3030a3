"""Anthropic's messages, through the official SDK."""

from __future__ import annotations

import asyncio

from anthropic import AnthropicError, APIConnectionError, APIStatusError, AsyncAnthropic
from anthropic.types import Message, TextBlock

from flows.failures import ModelFailed, ModelTimedOut
from flows.llm.client import ModelReply, ModelRequest
from flows.llm.provider_failures import failure_of_status


class AnthropicClient:
    """`base_url` None means Anthropic itself. Its models take no temperature, so none is sent."""

    provider = "anthropic"

    def __init__(self, *, api_key: str, base_url: str | None, model: str, timeout_seconds: float) -> None:
        self.model = model
        self._timeout = timeout_seconds
        self._sdk = AsyncAnthropic(api_key=api_key, base_url=base_url, timeout=timeout_seconds, max_retries=0)

    async def complete(self, request: ModelRequest) -> ModelReply:
        try:
            async with asyncio.timeout(self._timeout):
                message = await self._ask(request)
        except (TimeoutError, APIConnectionError):
            raise ModelTimedOut(f"anthropic did not answer within {self._timeout:g} seconds.") from None
        except APIStatusError as error:
            raise failure_of_status("anthropic", error.status_code, error.response.headers) from None
        except (AnthropicError, ValueError):
            raise ModelFailed("anthropic answered with something that is not a message.") from None
        return _reply(message)

    async def close(self) -> None:
        await self._sdk.close()

    async def _ask(self, request: ModelRequest) -> Message:
        return await self._sdk.messages.create(
            model=self.model,
            max_tokens=request.max_output_tokens,
            system=request.instructions,
            messages=[{"role": "user", "content": request.question}],
            output_config={"format": {"type": "json_schema", "schema": dict(request.answer_schema)}},
        )


def _reply(message: Message | str) -> ModelReply:
    """The SDK hands over the bare text when a server answers without JSON."""
    if not isinstance(message, Message) or not message.content:
        raise ModelFailed("anthropic answered with something that is not a message.")
    if message.stop_reason == "max_tokens":
        raise ModelFailed("The answer of anthropic was cut off at its longest length.")
    text = "".join(block.text for block in message.content if isinstance(block, TextBlock))
    if not text:
        raise ModelFailed("anthropic answered without text, or declined to answer.")
    return ModelReply(text, message.usage.input_tokens, message.usage.output_tokens)
