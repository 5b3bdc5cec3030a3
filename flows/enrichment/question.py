"""The question about a table: everything that helps a model to understand it, and no value that must stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.assets.model import Asset, AssetField, FieldOrigin, ForeignKey
from domain.profiles.model import ColumnProfile
from flows.enrichment import captured
from flows.enrichment.answer import answer_schema
from flows.enrichment.context import Neighbour
from flows.enrichment.mask import example_values, is_withheld
from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.llm.attempt import Question
from flows.llm.client import ModelRequest
from flows.llm.prompt import load_prompt, quote

PROMPT = "describe_table"
_PEOPLE = frozenset({AssetField.OWNER, AssetField.STEWARD})
COLUMNS_PER_CALL = 30
_MOST_NEIGHBOURS, _MOST_COLUMNS_OF_NEIGHBOUR, _MOST_TERMS = 30, 30, 50
_TOKENS_PER_ENTRY, _TOKENS_TO_SPARE = 300, 1000


def parts_of(table: TableMeaning) -> Iterator[tuple[ColumnMeaning, ...]]:
    """A long table is asked about in several parts; a table without columns in one."""
    yield table.columns[:COLUMNS_PER_CALL]
    for start in range(COLUMNS_PER_CALL, len(table.columns), COLUMNS_PER_CALL):
        yield table.columns[start : start + COLUMNS_PER_CALL]


def ask_about(table: TableMeaning, columns: Sequence[ColumnMeaning], *, with_table: bool) -> Question:
    prompt = load_prompt(PROMPT)
    asked = {"table": _table(table), "columns": [_column(column, table) for column in columns]}
    request = ModelRequest(
        instructions=prompt.instructions,
        question=quote(asked),
        answer_schema=answer_schema(with_table=with_table),
        max_output_tokens=_TOKENS_TO_SPARE + _TOKENS_PER_ENTRY * len(columns),
    )
    withheld = tuple(column.facts.fqn.name for column in columns if is_withheld(column, table))
    return Question(request, prompt.purpose, table.facts.fqn, withheld)


def _table(table: TableMeaning) -> dict[str, object]:
    facts, context = table.facts, table.facts.context
    return {
        "name": facts.fqn.name,
        "schema": facts.fqn.parts[-2] if facts.fqn.depth > 1 else None,
        "kind": facts.asset.type.value,
        "comment": captured.text(facts.asset, "comment"),
        "described": _described(facts.asset),
        "rows": facts.profile.row_count.value if facts.profile else None,
        "primary_key": list(facts.primary_key),
        "references": _references(facts.foreign_keys),
        "all_columns": [column.facts.fqn.name for column in table.columns],
        "neighbours": [_neighbour(neighbour) for neighbour in context.neighbours[:_MOST_NEIGHBOURS]],
        "glossary": {term.name: term.definition for term in context.terms[:_MOST_TERMS]},
    }


def _references(keys: Sequence[ForeignKey]) -> list[dict[str, object]]:
    return [{"columns": list(key.columns), "table": key.referenced_table.name} for key in keys]


def _neighbour(neighbour: Neighbour) -> dict[str, object]:
    columns = list(neighbour.columns[:_MOST_COLUMNS_OF_NEIGHBOUR])
    return {"name": neighbour.fqn.name, "columns": columns, "references": _references(neighbour.foreign_keys)}


def _column(column: ColumnMeaning, table: TableMeaning) -> dict[str, object]:
    facts = column.facts
    return {
        "name": facts.fqn.name,
        "type": captured.text(facts.asset, "data_type"),
        "nullable": facts.is_nullable,
        "comment": facts.comment,
        "described": _described(facts.asset),
        "refers_to": facts.reference.referenced_table.name if facts.reference else None,
        "profile": _profile(facts.profile) if facts.profile else None,
        "values_withheld": is_withheld(column, table),
        "example_values": list(example_values(column, table)),
    }


def _described(asset: Asset) -> dict[str, str]:
    """What people wrote. A model's own earlier words are no evidence, and who is in charge stays here."""
    return {
        field.value: found.value
        for field, found in asset.fields.items()
        if found.origin is FieldOrigin.HUMAN and field not in _PEOPLE
    }


def _profile(profile: ColumnProfile) -> dict[str, object]:
    """Counts and shares only."""
    shares = profile.text.patterns if profile.text else {}
    return {
        "rows_read": profile.rows,
        "nulls": profile.nulls,
        "distinct": profile.distinct.value,
        "looks_like": {name: round(share, 2) for name, share in profile.actual_types.items()},
        "patterns": {name: round(share, 2) for name, share in shares.items()},
        "longest": profile.text.max_length if profile.text else None,
    }
