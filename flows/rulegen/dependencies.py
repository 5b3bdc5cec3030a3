"""Columns that follow from others: FUNCTIONAL_DEPENDENCY, found in the sampled rows despite a few faults."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.rules.model import RuleKind
from flows.rulegen.agreement import Agreement, agreement, is_refuted
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.completeness import MISSING_TOKENS
from flows.rulegen.evidence import TableEvidence

FEWEST_ROWS = 100
DETERMINANTS_PER_COLUMN = 2
FEWEST_EXPLAINED = 5
EXPLAINED_SHARE = 0.25
MOSTLY = 0.5
NEARLY = 0.9
SCREENED_ROWS = 1_000
"""Rows that most pairs of columns are ruled out with: a wide table has thousands of pairs."""

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Dependency:
    determinants: tuple[str, ...]
    dependent: str
    agreement: Agreement


def dependency_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    values = {name: tuple(map(_filled, column)) for name, column in evidence.rows.columns.items()}
    if evidence.rows.count < FEWEST_ROWS:
        return
    for dependent in evidence.columns:
        for found in _best(values, dependent.name):
            yield _candidate(evidence, found)


def _filled(value: str | None) -> str | None:
    """What is missing, in whatever way, neither determines nor follows."""
    return value if value and value.strip() and value.strip().lower() not in MISSING_TOKENS else None


def _candidate(evidence: TableEvidence, found: Dependency) -> Candidate:
    names = (*found.determinants, found.dependent)
    columns = [column for name in names for column in evidence.columns if column.name == name]
    share, rows = 1 - found.agreement.faults, found.agreement.tested
    return Candidate(
        evidence.rule(RuleKind.FUNCTIONAL_DEPENDENCY, *columns),
        f"In {share:.1%} of {rows} rows, equal {' and '.join(found.determinants)} means equal {found.dependent}.",
        support(share, rows, prior=0.95),
        {"agreement": share, "rows": rows},
    )


def _best(values: Mapping[str, Sequence[str | None]], dependent: str) -> list[Dependency]:
    """The determinants with the fewest faults; for as many, those that are put to the test most."""
    if len(set(values.get(dependent, ()))) <= 1:
        return []
    single = (_tested(values, (name,), dependent) for name in values if name != dependent)
    found = (_refined(values, dependency) for dependency in single if dependency)
    kept = [dependency for dependency in found if dependency]
    kept.sort(key=lambda each: (len(each.determinants), round(each.agreement.faults, 3), -each.agreement.tested))
    return kept[:DETERMINANTS_PER_COLUMN]


def _tested(
    values: Mapping[str, Sequence[str | None]], determinants: tuple[str, ...], dependent: str
) -> Dependency | None:
    columns = [*(values[name] for name in determinants), values[dependent]]
    first = _pairs([column[:SCREENED_ROWS] for column in columns])
    if is_refuted(*first):
        return None
    keys, held = _pairs(columns)
    if len(set(keys)) > len(keys) / 2:
        return None
    found = agreement(keys, held)
    return Dependency(determinants, dependent, found) if found else None


def _pairs(columns: Sequence[Sequence[str | None]]) -> tuple[list[Key], list[str]]:
    """The keys and the values of the rows in which nothing is missing."""
    rows = [row for row in zip(*columns, strict=True) if None not in row]
    return [row[:-1] for row in rows], [str(row[-1]) for row in rows]


def _refined(values: Mapping[str, Sequence[str | None]], found: Dependency) -> Dependency | None:
    """Faults that a third column explains are none: the dependency needs that column too."""
    explaining = _explaining_column(values, found)
    return _tested(values, (*found.determinants, explaining), found.dependent) if explaining else found


def _explaining_column(values: Mapping[str, Sequence[str | None]], found: Dependency) -> str | None:
    """Of the columns that explain about as many faulty rows as the best one, the one with the fewest values."""
    others = [name for name in values if name not in {*found.determinants, found.dependent}]
    faulty = _faulty_rows(values, found)
    explained = {name: count for name in others if (count := _explained(values[name], faulty))}
    most = max(explained.values(), default=0)
    good = [name for name, count in explained.items() if count >= NEARLY * most]
    return min(good, key=lambda name: len(set(values[name])), default=None)


def _faulty_rows(values: Mapping[str, Sequence[str | None]], found: Dependency) -> list[int]:
    keys = zip(*(values[name] for name in found.determinants), strict=True)
    pairs = enumerate(zip(keys, values[found.dependent], strict=True))
    return [
        place
        for place, (key, value) in pairs
        if None not in key and value is not None and found.agreement.usual[key] != value
    ]


def _explained(column: Sequence[str | None], faulty: Sequence[int]) -> int:
    """How many of the faulty rows share one value that hardly any other row has."""
    shared = Counter(value for place in faulty if (value := column[place]) is not None)
    everywhere = Counter(column)
    telling = (count for value, count in shared.items() if count > MOSTLY * everywhere[value])
    most = max(telling, default=0)
    return most if most >= max(FEWEST_EXPLAINED, EXPLAINED_SHARE * len(faulty)) else 0
