"""A project on paper: what PRODUCT.md says about a catalogue, its scores, its violations and its reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.assets.model import FieldOrigin
from domain.fqn import Fqn
from domain.rules.model import RuleState
from domain.runs.model import ApprovalStatus, ChangeOutcome, Decision
from tests.domain.governance.plain_catalogue import PlainCatalogue, Said
from tests.domain.governance.plain_problems import PlainProblems, Problem
from tests.domain.governance.plain_runs import MADE_STALE, PlainChange, PlainRule, PlainRun, Saved
from tests.domain.governance.plain_scores import Card, Noted, PlainScores


@dataclass(frozen=True)
class Foreseen:
    """What a Save would do, before it is done."""

    cells: frozenset[tuple[str, Fqn]]
    problems: frozenset[int]
    outcomes: Counter[ChangeOutcome]
    conflicts: frozenset[tuple[Fqn, str]]


class PlainWorld:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.catalogue = PlainCatalogue()
        self.scores = PlainScores()
        self.problems = PlainProblems()
        self.rules: dict[int, PlainRule] = {}
        self.runs: dict[int, PlainRun] = {}
        self.mapping = dict(MADE_STALE)

    @property
    def horizon(self) -> datetime:
        """The first moment that knows all there is: whoever reads a source may have a clock that is ahead of ours."""
        vanished = [asset.deleted_at for asset in self.catalogue.assets.values() if asset.deleted_at]
        return max([self.now, *(one.at for one in self.scores.log), *vanished])

    def cells(self, moment: datetime | None = None, known_at: datetime | None = None) -> list[Noted]:
        """The cells that are shown: those of vanished assets are not."""
        every = self.scores.cells(moment, known_at).values()
        return [cell for cell in every if not self._had_vanished(cell.asset, moment)]

    def _had_vanished(self, fqn: Fqn, moment: datetime | None) -> bool:
        asset = self.catalogue.assets.get(fqn)
        gone_at = asset.deleted_at if asset else None
        return gone_at is not None and (moment is None or gone_at <= moment)

    def card(self, scope: Fqn, moment: datetime | None = None) -> Card:
        return self.scores.card(self.cells(moment), scope, moment)

    def judge(self, change: PlainChange) -> ChangeOutcome:
        if change.decision is Decision.REJECTED:
            return ChangeOutcome.REJECTED
        if change.rule is not None:
            is_as_drafted = self.rules[change.rule].state is RuleState.DRAFT
            return ChangeOutcome.APPLIED if is_as_drafted else ChangeOutcome.CONFLICT
        asset = self.catalogue.living(change.asset)
        if asset is None or not asset.is_based_on(change.base_version):
            return ChangeOutcome.CONFLICT
        if self.catalogue.is_human(change.asset, change.field):
            return ChangeOutcome.KEPT_HUMAN
        return ChangeOutcome.APPLIED

    def measure(self, metric: str, asset: Fqn, good: int, of: int, at: datetime) -> None:
        """Note a measurement; one that a Save has made stale meanwhile is hidden by it, as if it had been there."""
        self.scores.note(metric, asset, good, of, at)
        for run in self._saved_since(metric, asset, at):
            cell = self.scores.cells()[metric, asset]
            if run.saved and cell.of and cell.at < run.saved.at:
                self.scores.note(metric, asset, 0, 0, run.saved.at, save=(run.number, run.saved.number))

    def is_stale(self, metric: str, asset: Fqn, read_at: datetime) -> bool:
        return bool(self._saved_since(metric, asset, read_at))

    def _saved_since(self, metric: str, asset: Fqn, read_at: datetime) -> list[PlainRun]:
        saved = [run for run in self.runs.values() if run.status is ApprovalStatus.APPROVED]
        concerned = [run for run in saved if any(target.covers(asset) for target in run.targets)]
        later = [
            (run.saved.at, run)
            for run in concerned
            if run.saved and metric in run.saved.stale and run.saved.at > read_at
        ]
        return [run for _, run in sorted(later, key=lambda each: each[0])]

    def made_stale_by(self, run: PlainRun) -> frozenset[str]:
        """What a Save of it would invalidate now."""
        return self.mapping.get(run.type, frozenset())

    def hidden_by(self, run: PlainRun) -> list[Noted]:
        stale = self.made_stale_by(run)
        return [
            cell
            for cell in self.scores.cells().values()
            if cell.of and cell.metric in stale and any(target.covers(cell.asset) for target in run.targets)
        ]

    def closed_by(self, run: PlainRun) -> list[Problem]:
        return self.problems.stale(self.made_stale_by(run), run.targets)

    def foresee(self, run: PlainRun) -> Foreseen:
        outcomes = [(change, self.judge(change)) for change in run.changes]
        return Foreseen(
            frozenset((cell.metric, cell.asset) for cell in self.hidden_by(run)),
            frozenset(self.problems.all.index(one) for one in self.closed_by(run)),
            Counter(outcome for _, outcome in outcomes),
            frozenset((one.asset, one.field) for one, outcome in outcomes if outcome is ChangeOutcome.CONFLICT),
        )

    def save(self, run: PlainRun) -> Saved:
        """Everything a Save does; who may save and when is asked before."""
        for change, outcome in [(change, self.judge(change)) for change in run.changes]:
            change.outcome = outcome
        assets = {change.asset for change in _with(run, ChangeOutcome.APPLIED) if change.rule is None}
        before = {fqn: self.catalogue.assets[fqn].content for fqn in assets}
        for fqn in assets:
            self._write(run, fqn)
        self._decide_rules(run)
        hidden, closed = self.hidden_by(run), self.closed_by(run)
        for cell in hidden:
            at = max(cell.at, self.now)
            self.scores.note(cell.metric, cell.asset, 0, 0, at, save=(run.number, run.version + 1))
        for problem in closed:
            problem.life.supersede(self.now)
            problem.closed_by = run.number
        counts = Counter(change.outcome for change in run.changes)
        return Saved(
            self.now,
            run.version + 1,
            before,
            {fqn: self.catalogue.assets[fqn].content for fqn in assets},
            (counts[ChangeOutcome.APPLIED], counts[ChangeOutcome.CONFLICT], len(hidden), len(closed)),
            self.made_stale_by(run),
        )

    def _write(self, run: PlainRun, fqn: Fqn) -> None:
        values = {
            one.field: Said(one.after, FieldOrigin.HUMAN, None, run.number)
            if one.is_edited
            else Said(one.after, FieldOrigin.GENERATED, one.confidence, run.number)
            for one in _with(run, ChangeOutcome.APPLIED)
            if one.asset == fqn and one.rule is None
        }
        self.catalogue.assets[fqn].write(values)

    def _decide_rules(self, run: PlainRun) -> None:
        for outcome, state in ((ChangeOutcome.APPLIED, RuleState.ACTIVE), (ChangeOutcome.REJECTED, RuleState.RETIRED)):
            for change in _with(run, outcome):
                if change.rule is not None and self.rules[change.rule].state is RuleState.DRAFT:
                    self.rules[change.rule].move(state, self.now)

    def take_back(self, run: PlainRun, saved: Saved) -> tuple[int, int, int]:
        """As if the Save had not been; how many assets, cells and violations are as they were."""
        for fqn, content in saved.before.items():
            self.catalogue.assets[fqn].contents.append(content)
        for change in run.changes:
            if change.rule is not None and self.rules[change.rule].moved_at == saved.at:
                self.rules[change.rule].move(RuleState.DRAFT, self.now)
            change.outcome = None
        save = (run.number, saved.number)
        shown_again = sum(cell.save == save for cell in self.scores.cells().values())
        self.scores.withdrawn[save] = self.now
        return len(saved.before), shown_again, self.problems.reopen(run.number)


def _with(run: PlainRun, outcome: ChangeOutcome) -> Iterator[PlainChange]:
    return (change for change in run.changes if change.outcome is outcome)
