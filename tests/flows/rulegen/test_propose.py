from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

import pytest

from domain.assets.model import AssetField, FoundTable
from domain.profiles.model import TableProfile
from domain.rules.model import Outcome, RuleDefinition, RuleKind, RuleProposal, meaning
from flows.rulegen.candidate import Candidate
from flows.rulegen.propose import propose_rules
from tests.flows.assessment.scratch import OBSERVED_AT, Scratch
from tests.flows.rulegen.measured import profile_of

pytestmark = [pytest.mark.db, pytest.mark.engine_postgres]

COLUMNS = {"id": "int primary key", "email": "text", "state": "text", "amount": "numeric"}
ROWS = [
    (
        place,
        "canary" if place == 7 else f"user{place}@example.org",
        "Open" if place == 9 else ("open", "closed")[place % 2],
        -1 if place == 11 else place % 50,
    )
    for place in range(200)
]


@dataclass(slots=True)
class ScriptedSuggester:
    suggestions: Sequence[Candidate]
    known: list[RuleDefinition] = dataclass_field(default_factory=list)

    async def suggest(
        self,
        table: FoundTable,
        profile: TableProfile,
        fields: Mapping[str, Mapping[AssetField, str]],
        known: Sequence[RuleDefinition],
    ) -> Sequence[Candidate]:
        self.known.extend(known)
        return self.suggestions


async def prepared(scratch: Scratch) -> tuple[FoundTable, TableProfile]:
    table = await scratch.table(COLUMNS, ROWS)
    return table, profile_of(table, dict(zip(COLUMNS, zip(*ROWS, strict=True), strict=True)))


def by_kind(proposals: Sequence[RuleProposal]) -> dict[tuple[RuleKind, tuple[str, ...]], RuleProposal]:
    return {(each.definition.kind, each.definition.columns): each for each in proposals}


async def test_proposals_come_with_their_trial_on_the_data(scratch: Scratch) -> None:
    table, profile = await prepared(scratch)

    proposals = by_kind(await propose_rules(scratch.source, table, profile, {}, [], OBSERVED_AT))

    email = proposals[RuleKind.MATCHES_PATTERN, ("email",)]
    assert (email.trial.outcome, email.trial.evaluated, email.trial.failed) == (Outcome.FAILED, 200, 1)
    assert email.trial.failing_keys == ({"id": "7"},)
    assert email.meaning == meaning(email.definition)
    assert email.origin == "profile"
    assert proposals[RuleKind.ACCEPTED_VALUES, ("state",)].trial.failing_keys == ({"id": "9"},)
    assert proposals[RuleKind.VALUE_RANGE, ("amount",)].trial.failing_keys == ({"id": "11"},)
    assert proposals[RuleKind.UNIQUE, ("email",)].trial.outcome is Outcome.PASSED
    assert (RuleKind.UNIQUE, ("id",)) not in proposals
    assert "canary" not in repr(proposals)


async def test_existing_rules_are_not_proposed_again(scratch: Scratch) -> None:
    table, profile = await prepared(scratch)
    existing = RuleDefinition(RuleKind.VALUE_RANGE, table.fqn, ("amount",), {"min": -100})

    proposals = by_kind(await propose_rules(scratch.source, table, profile, {}, [existing], OBSERVED_AT))

    assert (RuleKind.VALUE_RANGE, ("amount",)) not in proposals
    assert (RuleKind.MATCHES_PATTERN, ("email",)) in proposals


async def test_suggestions_are_tried_like_all_others(scratch: Scratch) -> None:
    table, profile = await prepared(scratch)
    holds = RuleDefinition(RuleKind.TEXT_LENGTH, table.fqn, ("state",), {"max": 6})
    fails = RuleDefinition(RuleKind.VALUE_RANGE, table.fqn, ("amount",), {"max": 10})
    cannot_run = RuleDefinition(RuleKind.NOT_IN_FUTURE, table.fqn, ("amount",))
    suggester = ScriptedSuggester([Candidate(rule, "said so", 0.9, origin="m") for rule in (holds, fails, cannot_run)])

    proposals = await propose_rules(scratch.source, table, profile, {}, [], OBSERVED_AT, suggester)

    assert [each.definition for each in proposals if each.origin == "m"] == [holds]
    assert (RuleKind.MATCHES_PATTERN, ("email",)) in {(rule.kind, rule.columns) for rule in suggester.known}


async def test_doubled_candidates_leave_the_more_confident_one(scratch: Scratch) -> None:
    table, profile = await prepared(scratch)
    weak, strong = (
        Candidate(RuleDefinition(RuleKind.TEXT_LENGTH, table.fqn, ("state",), {"max": most}), "why", sure, origin="m")
        for most, sure in ((6, 0.5), (7, 0.8))
    )

    proposals = await propose_rules(
        scratch.source, table, profile, {}, [], OBSERVED_AT, ScriptedSuggester([weak, strong])
    )

    assert [each.definition for each in proposals if each.origin == "m"] == [strong.definition]


async def test_empty_table_gets_no_rules(scratch: Scratch) -> None:
    table = await scratch.table(COLUMNS)
    profile = profile_of(table, dict.fromkeys(COLUMNS, ()))

    assert await propose_rules(scratch.source, table, profile, {}, [], OBSERVED_AT) == ()
