"""Definitions and evaluations of rules as they are stored."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from domain.fqn import Fqn
from domain.rules.model import Evaluation, RuleDefinition

_DEFINITION = TypeAdapter(RuleDefinition)
_EVALUATION = TypeAdapter(Evaluation)

Stored = Mapping[str, Any]  # as the functions below write it


def read_definition(stored: Stored) -> RuleDefinition:
    return _DEFINITION.validate_python({**stored, "table": Fqn.parse(stored["table"])})


def write_definition(definition: RuleDefinition) -> dict[str, Any]:
    return {**_DEFINITION.dump_python(definition, mode="json"), "table": str(definition.table)}


def read_evaluation(stored: Stored) -> Evaluation:
    return _EVALUATION.validate_python(stored)


def write_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    dumped = _EVALUATION.dump_python(evaluation, mode="json")
    assert isinstance(dumped, dict)
    return dumped
