"""Turns the text of a reply into a typed value, or rejects it. A message never repeats what the model wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, StringConstraints, ValidationError

from flows.failures import ModelFailed

MAX_REPLY_LENGTH = 200_000
"""Characters; a longer text is no answer to what was asked."""
MAX_TEXT_LENGTH = 1_000

_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
_MARKUP = re.compile(r"<\s*/?\s*[a-z!]|!\[|\]\(|javascript:|https?://", re.IGNORECASE)
_COMMANDS = re.compile(
    r"\b(ignore|disregard|forget)\b.{0,40}\b(previous|prior|above|earlier|all)\b.{0,40}\b(instruction|prompt|rule)s?"
    r"|\bsystem prompt\b|\byou are now\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")

Model = TypeVar("Model", bound=BaseModel)


class ReplyRejected(ModelFailed):
    """The model answered, but not with what it was asked for."""

    code = "MODEL_REPLY_REJECTED"


def _plain(text: str) -> str:
    """Text that is shown to people and put into later prompts: no markup, no links, no orders to a model."""
    if _CONTROL.search(text) or _MARKUP.search(text) or _COMMANDS.search(text):
        raise ValueError("holds markup, a link, control characters or an instruction")
    return text


PlainText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT_LENGTH),
    AfterValidator(_plain),
]


def read_reply(text: str, model: type[Model]) -> Model:
    """Accepts bare JSON, fenced JSON, and JSON with prose around it."""
    if len(text) > MAX_REPLY_LENGTH:
        raise ReplyRejected(f"The reply has {len(text):,} characters; at most {MAX_REPLY_LENGTH:,} are read.")
    return read_part(_find_object(text), model)


def read_part(value: object, model: type[Model]) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the reply"
        raise ReplyRejected(f"The reply does not follow the schema at {where}: {first['type']}.") from None


def _find_object(text: str) -> object:
    for candidate in _candidates(text):
        try:
            found, _ = json.JSONDecoder().raw_decode(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    raise ReplyRejected("The reply holds no JSON object.")


def _candidates(text: str) -> Iterator[str]:
    yield text.strip()
    if fenced := _FENCE.search(text):
        yield fenced.group(1).strip()
    brace = text.find("{")
    if brace >= 0:
        yield text[brace:]
