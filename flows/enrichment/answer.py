"""What a model is asked to answer about a table: the schema it gets, and the type its reply is read into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.assets.model import PiiClass, Sensitivity
from flows.llm.reply import PlainText

Confidence = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
SemanticName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class TableAnswer(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    description: PlainText
    business_name: PlainText
    domain: PlainText
    confidence: Confidence
    justification: PlainText


class ColumnAnswer(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    name: str
    description: PlainText
    business_name: PlainText
    business_definition: PlainText | None = None
    semantic_type: SemanticName
    pii_class: Annotated[PiiClass, Field(strict=False)]
    sensitivity: Annotated[Sensitivity, Field(strict=False)]
    confidence: Confidence
    justification: PlainText


class NamedEntry(BaseModel):
    """An entry for a column before the rest of it is judged: one bad entry does not cost the others."""

    model_config = ConfigDict(extra="allow")

    name: str


class RawAnswer(BaseModel):
    table: dict[str, object] | None = None
    columns: list[NamedEntry]


_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}


def answer_schema(*, with_table: bool) -> Mapping[str, object]:
    """JSON Schema in the subset that the strict modes of both providers take."""
    parts: dict[str, object] = {"columns": {"type": "array", "items": _object(_column())}}
    if with_table:
        parts["table"] = _object(_table())
    return _object(parts)


def _table() -> dict[str, object]:
    texts = ("description", "business_name", "domain", "justification")
    return {**dict.fromkeys(texts, _TEXT), "confidence": _NUMBER}


def _column() -> dict[str, object]:
    texts = ("name", "description", "business_name", "semantic_type", "justification")
    return {
        **dict.fromkeys(texts, _TEXT),
        "business_definition": {"type": ["string", "null"]},
        "pii_class": {"type": "string", "enum": [*PiiClass]},
        "sensitivity": {"type": "string", "enum": [*Sensitivity]},
        "confidence": _NUMBER,
    }


def _object(properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
