"""The words of the business: what they mean, what else they are called, and which assets they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.errors import Conflict, Invalid
from domain.text import check_line, check_text

TermId = NewType("TermId", UUID)

MAX_NAME_LENGTH = 200
MAX_DEFINITION_LENGTH = 4000
MAX_SYNONYMS = 50
MAX_TERMS = 50
"""Most terms that one asset is linked to."""


class TermStatus(StrEnum):
    """DRAFT: still being written. APPROVED: enrichment may use it. DEPRECATED: kept for what it meant."""

    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    DEPRECATED = "DEPRECATED"


def key_of(name: str) -> str:
    """Names that differ only in case are the same term."""
    return name.casefold()


@dataclass(frozen=True, slots=True)
class TermWords:
    """All that is said about a term."""

    name: str
    definition: str
    synonyms: tuple[str, ...] = ()
    status: TermStatus = TermStatus.DRAFT

    def __post_init__(self) -> None:
        check_line("name", self.name, MAX_NAME_LENGTH)
        check_text("definition", self.definition, MAX_DEFINITION_LENGTH)
        _check_synonyms(self.name, self.synonyms)


@dataclass(frozen=True, slots=True)
class TermEdit:
    """What a person says about a term. What is None stays as it is; a new term has no synonyms and is a DRAFT."""

    name: str
    definition: str
    synonyms: tuple[str, ...] | None = None
    status: TermStatus | None = None

    def __post_init__(self) -> None:
        TermWords(self.name, self.definition, self.synonyms or ())  # refuses what can be no term

    def over(self, before: TermWords | None) -> TermWords:
        """What the term says afterwards; None for a new one."""
        earlier = before or TermWords(self.name, self.definition)
        synonyms = earlier.synonyms if self.synonyms is None else self.synonyms
        return TermWords(self.name, self.definition, synonyms, self.status or earlier.status)


def _check_synonyms(name: str, synonyms: Sequence[str]) -> None:
    if len(synonyms) > MAX_SYNONYMS:
        raise Invalid("synonyms", f"A term has at most {MAX_SYNONYMS} synonyms, not {len(synonyms)}.")
    for synonym in synonyms:
        check_line("synonyms", synonym, MAX_NAME_LENGTH)
    if len({key_of(word) for word in (name, *synonyms)}) <= len(synonyms):
        raise Invalid("synonyms", "Synonyms differ from the name and from each other, in more than case.")


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    id: TermId
    words: TermWords
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        return self.words.name


def check_move(name: str, current: TermStatus, wanted: TermStatus) -> None:
    """What was approved or deprecated once is known to people: it is no draft any more."""
    if wanted is TermStatus.DRAFT and current is not TermStatus.DRAFT:
        raise Conflict(f"Term {name!r} is {current} and cannot become a DRAFT again; approve or deprecate it.")


def check_deletable(name: str, status: TermStatus) -> None:
    if status is not TermStatus.DRAFT:
        raise Conflict(f"Term {name!r} is {status}; only a DRAFT can be deleted. Deprecate it instead.")


def check_linkable(name: str, status: TermStatus) -> None:
    if status is TermStatus.DEPRECATED:
        raise Conflict(f"Term {name!r} is DEPRECATED and takes no new links; approve it or choose another term.")
