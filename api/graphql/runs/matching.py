"""Deciding about all changes of a run that meet some conditions, instead of one by one."""

import strawberry
from strawberry import UNSET

from api.graphql.pages import given
from domain.fqn import Fqn
from domain.runs.decisions import ChangePredicate
from domain.runs.model import ChangeSubject, Decision


@strawberry.input(description="Which changes of the run are meant: all that meet every condition that is given.")
class ChangePredicateInput:
    min_confidence: float | None = strawberry.field(
        default=UNSET, description="Suggested with at least this confidence, 0 to 1."
    )
    fields: list[str] | None = strawberry.field(
        default=UNSET,
        description="Of one of these fields of assets, or kinds of rules, as `ProposedChange.field` says.",
    )
    subject: ChangeSubject | None = strawberry.field(default=UNSET, description="About this.")
    scope: Fqn | None = strawberry.field(default=UNSET, description="On this asset, or below it.")
    decided: list[Decision] | None = strawberry.field(
        default=UNSET, description="So decided up to now; UNDECIDED spares what a person has looked at."
    )
    overwrites_human: bool | None = strawberry.field(
        default=UNSET, description="Whether a person's own value stands where it would write."
    )

    def read(self) -> ChangePredicate:
        return ChangePredicate(
            min_confidence=given(self.min_confidence),
            fields=tuple(given(self.fields) or ()),
            subject=given(self.subject),
            scope=given(self.scope),
            decisions=tuple(given(self.decided) or ()),
            overwrites_human=given(self.overwrites_human),
        )


@strawberry.input(description="One decision about all changes that are meant.")
class MatchingDecisionInput:
    predicate: ChangePredicateInput = strawberry.field(description="Which changes; no condition means all.")
    decision: Decision = strawberry.field(description="What to do with them when the run is approved.")
