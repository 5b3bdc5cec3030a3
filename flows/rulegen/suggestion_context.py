"""What a model is told about a table: names, meaning and measurements, and no value of any row."""

from collections.abc import Mapping, Sequence

from domain.profiles.model import ColumnProfile, TableProfile
from domain.rules.model import RuleDefinition
from flows.rulegen.evidence import ColumnEvidence, TableEvidence

_DIGITS = 3
MOST_COLUMNS = 150


def described(evidence: TableEvidence, known: Sequence[RuleDefinition]) -> Mapping[str, object]:
    """Rules are told by kind and columns only: the bounds and lists of a rule may come from the data."""
    table = evidence.table
    return {
        "table": table.fqn.name,
        "comment": table.comment,
        "primary_key": table.primary_key,
        "unique_keys": table.unique_keys,
        "check_constraints": table.check_constraints,
        "rows": evidence.profile.row_count.value,
        "columns": [_column(column) for column in evidence.columns[:MOST_COLUMNS]],
        "existing_rules": [{"kind": rule.kind, "columns": rule.columns} for rule in known],
        "may_refer_to": [{"table": str(target), "columns": columns} for target, columns in referable(evidence.profile)],
    }


def referable(profile: TableProfile) -> list[tuple[object, tuple[str, ...]]]:
    """Parents that profiling found; a reference to anything else was never seen to exist."""
    return [(found.referenced_table, found.referenced_columns) for found in profile.relationships]


def _column(column: ColumnEvidence) -> Mapping[str, object]:
    return {
        "name": column.name,
        "type": column.found.data_type,
        "nullable": column.found.nullable,
        "comment": column.found.comment,
        "meaning": {field.value: value for field, value in sorted(column.fields.items())},
        "measured": _measured(column.profile),
    }


def _measured(profile: ColumnProfile) -> Mapping[str, object]:
    """Shares and counts alone: extremes, quantiles and frequent values are values of rows."""
    measured: dict[str, object] = {
        "completeness": _short(profile.completeness),
        "distinct": profile.distinct.value,
        "types": {name: _short(share) for name, share in profile.actual_types.items()},
    }
    if profile.text:
        measured["lengths"] = [profile.text.min_length, profile.text.max_length]
        measured["patterns"] = {name: _short(share) for name, share in profile.text.patterns.items()}
    if profile.numbers:
        measured |= {"negatives": profile.numbers.negatives, "zeros": profile.numbers.zeros}
    if profile.dates:
        measured["in_future"] = profile.dates.future
    return measured


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, _DIGITS)
