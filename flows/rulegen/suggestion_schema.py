"""The rule language as a model sees it: a JSON Schema and a list of the kinds, both made from `KINDS`."""

from collections.abc import Mapping
from typing import Any

from domain.rules.model import KINDS, KindSpec, RuleKind, Severity
from domain.rules.parameters import READINGS
from domain.rules.patterns import PATTERNS

MOST_RULES = 40

_TEXTS = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]}
_BOUND = {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}
_PARAMETERS: Mapping[str, Mapping[str, Any]] = {  # JSON Schema is open by nature
    "min": _BOUND,
    "max": _BOUND,
    "values": _TEXTS,
    "tokens": _TEXTS,
    "shapes": _TEXTS,
    "referenced_columns": _TEXTS,
    "referenced_table": {"type": ["string", "null"]},
    "pattern": {"anyOf": [{"type": "string", "enum": sorted(PATTERNS)}, {"type": "null"}]},
    "type": {"anyOf": [{"type": "string", "enum": list(READINGS)}, {"type": "null"}]},
    "max_age_seconds": {"type": ["number", "null"]},
}


def answer_schema() -> Mapping[str, Any]:  # JSON Schema is open by nature
    rule = _closed(
        {
            "kind": {"type": "string", "enum": list(RuleKind)},
            "columns": {"type": "array", "items": {"type": "string"}},
            "parameters": _closed(_PARAMETERS),
            "severity": {"type": "string", "enum": list(Severity)},
            "rationale": {"type": "string"},
            "confidence": {"type": "number"},
        }
    )
    return _closed({"rules": {"type": "array", "items": rule}})


def kinds_in_words() -> str:
    return "\n".join(f"- `{kind}` ({_columns(spec)}{_takes(spec)}): {spec.description}" for kind, spec in KINDS.items())


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:  # JSON Schema is open by nature
    """Strict providers want every property named as required; what does not apply is null."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _columns(spec: KindSpec) -> str:
    if spec.max_columns == 0:
        return "no columns"
    if spec.min_columns == spec.max_columns:
        return f"{spec.min_columns} column{'s' if spec.min_columns > 1 else ''}"
    return f"{spec.min_columns} to {spec.max_columns} columns"


def _takes(spec: KindSpec) -> str:
    required = f"; needs {', '.join(sorted(spec.required))}" if spec.required else ""
    return required + (f"; may take {', '.join(sorted(spec.optional))}" if spec.optional else "")
