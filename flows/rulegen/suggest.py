"""A model proposes rules: only in our language, only about columns that exist."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.assets.model import AssetField, FoundTable
from domain.errors import Invalid
from domain.ledger.model import LlmCall
from domain.profiles.model import TableProfile
from domain.rules.model import RuleDefinition, RuleKind, Severity
from domain.rules.parameters import Parameter
from flows.failures import RunFailure
from flows.llm.attempt import Question
from flows.llm.client import ModelRequest
from flows.llm.ledger import LedgeredModel
from flows.llm.prompt import load_prompt, quote
from flows.llm.reply import PlainText, ReplyRejected, read_part, read_reply
from flows.rulegen.candidate import Candidate
from flows.rulegen.declared import is_guaranteed
from flows.rulegen.evidence import TableEvidence, gather
from flows.rulegen.sample_rows import SampleRows
from flows.rulegen.suggestion_context import described, referable
from flows.rulegen.suggestion_schema import MOST_RULES, answer_schema, kinds_in_words

MOST_CONFIDENT = 0.9
"""Of a model's word, before the data were asked."""


class _Answer(BaseModel):
    """The rules are read one by one, so that one bad rule costs no other."""

    rules: list[object]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Annotated[RuleKind, Field(strict=False)]
    columns: list[str]
    parameters: dict[str, Parameter]
    severity: Annotated[Severity, Field(strict=False)]
    rationale: PlainText
    confidence: Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What came of one question. `rejected` says why rules of the answer were not used, without repeating them."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[str, ...]
    failure: RunFailure | None
    call: LlmCall


@dataclass(frozen=True, slots=True)
class ModelSuggester:
    """Only a rejected key is raised; every other failure is reported and leaves no candidates."""

    model: LedgeredModel
    report: Callable[[Suggested], Awaitable[None]]
    """Writes down the call, and what could not be used of its answer."""

    async def suggest(
        self,
        table: FoundTable,
        profile: TableProfile,
        fields: Mapping[str, Mapping[AssetField, str]],
        known: Sequence[RuleDefinition],
    ) -> Sequence[Candidate]:
        evidence = gather(table, profile, fields, SampleRows())
        answered = await self.model.ask(_question(evidence, known), lambda text: read_reply(text, _Answer).rules)
        origin = f"{self.model.client.provider}:{self.model.client.model}"
        candidates, rejected = _usable(evidence, answered.value or (), origin)
        await self.report(Suggested(candidates, rejected, answered.failure, answered.call))
        return candidates


def _question(evidence: TableEvidence, known: Sequence[RuleDefinition]) -> Question:
    prompt = load_prompt("suggest_rules")
    request = ModelRequest(
        instructions=prompt.instructions.replace("{kinds}", kinds_in_words()),
        question=quote(described(evidence, known)),
        answer_schema=answer_schema(),
    )
    masked = tuple(column.name for column in evidence.columns if column.is_personal)
    return Question(request, prompt.purpose, evidence.table.fqn, masked)


def _usable(
    evidence: TableEvidence, rules: Sequence[object], origin: str
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    candidates: list[Candidate] = []
    rejected = [f"{len(rules) - MOST_RULES} rules beyond the first {MOST_RULES}."] if len(rules) > MOST_RULES else []
    for place, rule in enumerate(rules[:MOST_RULES], start=1):
        try:
            candidates.append(_candidate(evidence, read_part(rule, _Rule), origin))
        except (Invalid, ReplyRejected) as refusal:
            rejected.append(f"Rule {place}: {refusal.message}")
    return tuple(candidates), tuple(rejected)


def _candidate(evidence: TableEvidence, rule: _Rule, origin: str) -> Candidate:
    given = {name: value for name, value in rule.parameters.items() if value is not None}
    definition = RuleDefinition(rule.kind, evidence.table.fqn, tuple(rule.columns), given, severity=rule.severity)
    _check_target(evidence, definition)
    return Candidate(definition, rule.rationale, min(rule.confidence, MOST_CONFIDENT), origin=origin)


def _check_target(evidence: TableEvidence, definition: RuleDefinition) -> None:
    """The trial would find a missing column too, but only after a statement in the source."""
    if set(definition.columns) - {column.name for column in evidence.columns}:
        raise Invalid("columns", f"a {definition.kind} names a column that {evidence.table.fqn.name} does not have.")
    if definition.kind is RuleKind.REFERENCE_EXISTS and _parent(definition) not in _parents(evidence):
        raise Invalid("referenced_table", "a REFERENCE_EXISTS names a parent that profiling did not find.")
    if is_guaranteed(evidence.table, definition):
        raise Invalid("kind", f"a {definition.kind} repeats what the table declares.")


def _parent(definition: RuleDefinition) -> tuple[str, tuple[str, ...]]:
    columns = definition.parameters["referenced_columns"]
    return str(definition.parameters["referenced_table"]), tuple(columns) if isinstance(columns, list) else ()


def _parents(evidence: TableEvidence) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(table), columns) for table, columns in referable(evidence.profile)]
