"""How texts are written: MATCHES_PATTERN, HAS_SHAPE, TEXT_LENGTH, NO_STRAY_SPACE."""

from collections.abc import Iterator, Mapping

from domain.profiles.model import TextFacts
from domain.rules.model import RuleKind
from domain.rules.patterns import PATTERNS
from flows.enrichment.type_kinds import Kind
from flows.rulegen.candidate import Candidate, support
from flows.rulegen.evidence import ColumnEvidence, TableEvidence
from flows.rulegen.text_readings import reading_candidate

FEWEST_VALUES = 30
STRONG_PATTERNS = ("iban", "card", "email", "uuid", "url", "mac_address", "ipv4", "ipv6",
                   "month_first_date", "day_first_date")  # fmt: skip
"""So particular that values alone prove them."""
NAMED_PATTERNS: Mapping[str, frozenset[str]] = {
    "phone": frozenset({"phone", "mobile", "fax"}),
    "postal_code": frozenset({"postal"}),
    "country_code": frozenset({"country", "nationality"}),
    "currency_code": frozenset({"currency"}),
}
"""So loose that a name has to say what the values are."""
USUAL = 0.90
USUAL_WITH_NAME = 0.95
FEW_SHAPES = 3
SHAPED = 0.97
SMALLEST_SHAPE = 0.05
LONGEST_SHAPE = 40
CODE_VALUES = 20
"""Fewer different values are a list, not a form."""
SELDOM = 0.05


def format_candidates(evidence: TableEvidence) -> Iterator[Candidate]:
    for column in evidence.columns:
        text = column.profile.text
        if column.kind is Kind.TEXT and text and column.filled >= FEWEST_VALUES:
            form = _form(evidence, column, text)
            if form:
                yield form
            yield from _no_stray_space(evidence, column, text)


def _form(evidence: TableEvidence, column: ColumnEvidence, text: TextFacts) -> Candidate | None:
    """The most particular of the forms that the values have: each implies the ones after it."""
    return (
        _pattern(evidence, column, text)
        or _shape(evidence, column, text)
        or reading_candidate(evidence, column)
        or _length(evidence, column, text)
    )


def _pattern(evidence: TableEvidence, column: ColumnEvidence, text: TextFacts) -> Candidate | None:
    for name in (*STRONG_PATTERNS, *NAMED_PATTERNS):
        share = column.share_of_filled(text.patterns.get(name, 0.0))
        needed = USUAL if name in STRONG_PATTERNS else USUAL_WITH_NAME
        if share < needed or not column.words & NAMED_PATTERNS.get(name, column.words):
            continue
        return Candidate(
            evidence.rule(RuleKind.MATCHES_PATTERN, column, pattern=name),
            f"{share:.1%} of the values have this form: {PATTERNS[name].description}",
            support(share, column.filled, prior=0.98),
            {"pattern": name, "share": share},
        )
    return None


def _shape(evidence: TableEvidence, column: ColumnEvidence, text: TextFacts) -> Candidate | None:
    common = [shape for shape in text.shapes if shape.count >= SMALLEST_SHAPE * column.filled]
    share = sum(shape.count for shape in common) / column.filled
    shapes = [shape.value for shape in common]
    if share < SHAPED or len(shapes) > FEW_SHAPES or column.profile.distinct.value < CODE_VALUES:
        return None
    if not all(_is_code_shape(shape) for shape in shapes) or (len(shapes) > 1 and _are_plain_numbers(shapes)):
        return None
    return Candidate(
        evidence.rule(RuleKind.HAS_SHAPE, column, shapes=shapes),
        f"{share:.1%} of the values are codes of the same form.",
        support(share, column.filled, prior=0.97),
        {"share": share, "shapes": shapes},
    )


def _is_code_shape(shape: str) -> bool:
    return "9" in shape and shape.isascii() and len(shape) <= LONGEST_SHAPE and " " not in shape.strip()


def _are_plain_numbers(shapes: list[str]) -> bool:
    """Numbers of different lengths are no codes: the next one may be longer."""
    return all(not shape.strip("9.,+-") for shape in shapes)


def _length(evidence: TableEvidence, column: ColumnEvidence, text: TextFacts) -> Candidate | None:
    length, distinct = text.min_length, column.profile.distinct.value
    if length != text.max_length or length == 0 or distinct < CODE_VALUES:
        return None
    return Candidate(
        evidence.rule(RuleKind.TEXT_LENGTH, column, min=length, max=length),
        f"All of {distinct} different values have {length} characters.",
        support(1.0, distinct, prior=0.95),
        {"length": length, "distinct": distinct},
    )


def _no_stray_space(evidence: TableEvidence, column: ColumnEvidence, text: TextFacts) -> Iterator[Candidate]:
    share = text.padded / column.filled
    if 0 < share <= SELDOM:
        yield Candidate(
            evidence.rule(RuleKind.NO_STRAY_SPACE, column),
            f"{text.padded} of {column.filled} values begin or end with white space, and so differ from their equals.",
            0.95,
            {"padded": text.padded, "values": column.filled},
        )
