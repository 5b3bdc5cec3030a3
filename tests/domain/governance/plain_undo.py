"""Why a Save cannot be taken back, in the words of the refusal, with numbers for ids."""

from collections.abc import Iterator, Mapping

from domain.fqn import TABLE_DEPTH, Fqn
from domain.rules.model import RuleState
from domain.runs.model import ApprovalStatus, ChangeOutcome
from tests.domain.governance.plain_runs import PlainRun, Saved
from tests.domain.governance.plain_world import PlainWorld

NAMED = 3


def builds_on(world: PlainWorld, run: PlainRun, saved: Saved) -> Mapping[str, set[object]]:
    """Sentence, and what fills its gap."""
    return {
        "run {} was saved after it; undo that one first": set(_later_saves(world, run, saved)),
        "{} was changed since": {fqn for fqn, content in saved.after.items() if not _is_still(world, fqn, content)},
        "{} has vanished from its source since": {
            fqn
            for fqn, asset in world.catalogue.assets.items()
            if asset.told_at and not asset.lives and asset.told_at >= saved.at and _is_target(run, fqn)
        },
        "rule {} was changed or executed since": set(_changed_rules(world, run, saved)),
        "rule {}, whose violation it closed, was retired since": set(_retired_rules(world, run, saved)),
        "{} was assessed since": {
            cell.asset.up_to(TABLE_DEPTH)
            for cell in world.scores.cells().values()
            if cell.of and cell.metric in saved.stale and cell.at > saved.at and _is_target(run, cell.asset)
        },
    }


def _is_target(run: PlainRun, fqn: Fqn) -> bool:
    return any(target.covers(fqn) for target in run.targets)


def _is_still(world: PlainWorld, fqn: Fqn, content: object) -> bool:
    asset = world.catalogue.living(fqn)
    return asset is not None and asset.content is content


def _later_saves(world: PlainWorld, run: PlainRun, saved: Saved) -> Iterator[int]:
    for other in world.runs.values():
        if other is run or other.status is not ApprovalStatus.APPROVED or other.saved is None:
            continue
        if other.saved.at >= saved.at and other.saved.stale & saved.stale and other.overlaps(run):
            yield other.number


def _changed_rules(world: PlainWorld, run: PlainRun, saved: Saved) -> Iterator[int]:
    for change in run.changes:
        if change.rule is not None and change.outcome is ChangeOutcome.APPLIED:
            rule = world.rules[change.rule]
            if (rule.state, rule.moved_at) != (RuleState.ACTIVE, saved.at) or rule.was_executed:
                yield change.rule


def _retired_rules(world: PlainWorld, run: PlainRun, saved: Saved) -> Iterator[int]:
    for problem in world.problems.all:
        if problem.closed_by == run.number and problem.check.isdecimal():
            rule = world.rules[int(problem.check)]
            if rule.state is RuleState.RETIRED and rule.moved_at and rule.moved_at > saved.at:
                yield int(problem.check)
