"""A model's judgement beside the rules: agreement strengthens it, disagreement is said and weakens it."""

from __future__ import annotations

from domain.assets.model import PiiClass
from flows.enrichment.answer import ColumnAnswer
from flows.enrichment.meaning import ColumnMeaning, TableMeaning
from flows.enrichment.personal_data import PiiJudgement
from flows.enrichment.sensitivity import SensitivityJudgement, column_sensitivity, level_of_class, rank

_WEAKENED = 0.6
_STRENGTHENED = 0.3


def check_pii(answer: ColumnAnswer, column: ColumnMeaning) -> PiiJudgement:
    """A model that sees none where the values prove personal data is overruled: a guess never takes protection away."""
    own = column.pii
    if answer.pii_class is own.pii_class:
        sure = answer.confidence + (1 - answer.confidence) * _STRENGTHENED
        return PiiJudgement(
            own.pii_class, round(sure, 2), f"{answer.justification} The rules agree: {own.justification}"
        )
    if answer.pii_class is PiiClass.NONE and "values" in str(column.found.evidence.get("basis", "")):
        reason = f"{own.justification} The model saw no personal data: {answer.justification}"
        return PiiJudgement(own.pii_class, round(own.confidence * _WEAKENED, 2), reason)
    reason = f"{answer.justification} The rules say {own.pii_class}: {own.justification}"
    return PiiJudgement(answer.pii_class, round(answer.confidence * _WEAKENED, 2), reason)


def check_sensitivity(
    answer: ColumnAnswer, pii: PiiJudgement, column: ColumnMeaning, table: TableMeaning
) -> SensitivityJudgement:
    """Never freer than the class of personal data demands."""
    least = level_of_class(pii.pii_class)
    if rank(answer.sensitivity) < rank(least):
        reason = f"The model said {answer.sensitivity}, but data of the class {pii.pii_class} is at least {least}."
        return SensitivityJudgement(least, pii.confidence, reason)
    own = column_sensitivity(column, table).level
    if own is answer.sensitivity:
        return SensitivityJudgement(own, answer.confidence, answer.justification)
    reason = f"{answer.justification} The rules say {own}."
    return SensitivityJudgement(answer.sensitivity, round(answer.confidence * _WEAKENED, 2), reason)
