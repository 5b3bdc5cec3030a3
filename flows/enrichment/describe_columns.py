"""Column descriptions: the role first, then what the profile shows. Shares and counts, never a value."""

from __future__ import annotations

from collections.abc import Iterator

from domain.profiles.model import ColumnProfile, Method
from flows.enrichment.column_roles import role_of
from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.enrichment.semantic_types import SemanticType as Type

_FEW = 50


def describe_column(column: ColumnMeaning, table: TableMeaning) -> str:
    return " ".join(filter(None, (_comment(column), role_of(column, table), *_seen(column))))


def _comment(column: ColumnMeaning) -> str | None:
    comment = column.facts.comment
    return f"{comment.rstrip('.')}." if comment else None


def _seen(column: ColumnMeaning) -> Iterator[str]:
    profile = column.facts.profile
    if profile is None or not profile.rows:
        yield "" if column.facts.is_nullable else "Always filled, as declared."
        return
    yield _filled(profile)
    exact = profile.distinct.method is Method.EXACT
    if column.found.type in {Type.CODE, Type.GENDER, Type.CURRENCY} and 0 < profile.distinct.value <= _FEW:
        about = "" if exact else "about "
        yield f"Takes {about}{_count(profile.distinct.value, 'different value')} in the rows read."
    if exact and profile.uniqueness == 1 and profile.non_null > 1 and not column.facts.is_key:
        yield "No value repeats in the rows read."


def _filled(profile: ColumnProfile) -> str:
    if profile.nulls == 0:
        return "Filled in every row read."
    if profile.non_null == 0:
        return "Empty in every row read."
    share = min(max(100 * profile.non_null / profile.rows, 0.1), 99.9)
    return f"Filled in {share:.1f} % of the rows read."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
