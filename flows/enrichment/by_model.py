"""The enricher that asks a language model, and checks what it answers against the rules of the offline one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from domain.assets.model import AssetField, Suggestion
from domain.ledger.model import LlmCall
from domain.runs.model import Include
from flows.enrichment.context import EnrichmentContext
from flows.enrichment.enricher import Enrichment, Skipped
from flows.enrichment.interpret import Interpreted, interpret, read_answer
from flows.enrichment.meaning import ColumnMeaning, TableMeaning, understand
from flows.enrichment.offline import INCLUDED_BY, OfflineEnricher
from flows.enrichment.question import ask_about, parts_of
from flows.enrichment.sensitivity import column_sensitivity, table_sensitivity
from flows.llm.ledger import LedgeredModel

_BY_RULE = frozenset({AssetField.RELATIONSHIP_SUMMARY, AssetField.DQ_TAGS, AssetField.STEWARD})
"""Follows from declarations and profile alone; a model would only repeat it."""
_ASKED_OF_MODEL = frozenset({INCLUDED_BY[field] for field in INCLUDED_BY if field not in _BY_RULE})


class ModelEnricher:
    def __init__(self, model: LedgeredModel) -> None:
        self._model = model

    async def enrich(self, context: EnrichmentContext, include: frozenset[Include]) -> Enrichment:
        by_rule = await OfflineEnricher().enrich(context, include)
        kept = tuple(found for found in by_rule.suggestions if found.field in _BY_RULE)
        if not include & _ASKED_OF_MODEL:
            return Enrichment(kept)
        answered = await self._ask(understand(context))
        wanted = tuple(found for found in answered.suggestions if INCLUDED_BY[found.field] in include)
        return Enrichment((*wanted, *kept), answered.skipped, answered.calls, answered.dropped)

    async def _ask(self, table: TableMeaning) -> Enrichment:
        """All parts at once: the run's budget, not the table, says how many calls there are."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._ask_part(table, part, with_table=number == 0))
                    for number, part in enumerate(parts_of(table))
                ]
        except ExceptionGroup as failures:  # a rejected key ends them all
            raise failures.exceptions[0] from None
        return _together(table, [task.result() for task in tasks])

    async def _ask_part(
        self, table: TableMeaning, part: tuple[ColumnMeaning, ...], *, with_table: bool
    ) -> tuple[Interpreted, LlmCall]:
        answered = await self._model.ask(ask_about(table, part, with_table=with_table), read_answer)
        if answered.value is not None:
            return interpret(answered.value, table, part, with_table=with_table), answered.call
        assert answered.failure is not None, "an answer is a value or a failure"
        failure = answered.failure
        assets = [*([table.facts.fqn] if with_table else []), *(column.facts.fqn for column in part)]
        skipped = tuple(Skipped(asset, failure.code, failure.message) for asset in assets)
        return Interpreted((), skipped, (), {}), answered.call


def _together(table: TableMeaning, parts: list[tuple[Interpreted, LlmCall]]) -> Enrichment:
    found = [interpreted for interpreted, _ in parts]
    return Enrichment(
        suggestions=(*(one for part in found for one in part.suggestions), *_table_level(table, found)),
        skipped=tuple(one for part in found for one in part.skipped),
        calls=tuple(call for _, call in parts),
        dropped=tuple(name for part in found for name in part.dropped),
    )


def _table_level(table: TableMeaning, parts: list[Interpreted]) -> Iterator[Suggestion]:
    """The rules stand in for columns that the model did not answer: the table is never freer than they are."""
    levels = {column.facts.fqn.name: column_sensitivity(column, table) for column in table.columns}
    for part in parts:
        levels |= part.levels
    if level := table_sensitivity(levels):
        field, evidence = AssetField.SENSITIVITY, {"basis": "columns"}
        value, reason = level.level.value, level.justification
        yield Suggestion(table.facts.fqn, field, value, level.confidence, reason, evidence)
