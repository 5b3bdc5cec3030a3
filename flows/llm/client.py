"""What a run needs from a language model. An adapter beside this file implements it for one provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question. `answer_schema` is the JSON Schema that the reply has to follow."""

    instructions: str
    question: str
    answer_schema: Mapping[str, Any]  # JSON Schema is open by nature
    max_output_tokens: int = 4000


@dataclass(frozen=True, slots=True)
class ModelReply:
    text: str
    input_tokens: int
    output_tokens: int


class ModelClient(Protocol):
    """Raises `ModelKeyRejected`, `ModelRateLimited`, `ModelTimedOut` or `ModelFailed`, and never retries by itself."""

    @property
    def provider(self) -> str:
        """As in the settings: openai or anthropic."""

    @property
    def model(self) -> str: ...

    async def complete(self, request: ModelRequest) -> ModelReply: ...

    async def close(self) -> None: ...
