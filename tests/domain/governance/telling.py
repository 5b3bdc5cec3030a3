"""What may happen next in a story, drawn from how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from domain.assets.model import AssetField
from domain.fqn import Fqn
from domain.metrics.model import AssessmentType
from domain.rules.model import RuleKind, RuleState
from domain.runs.decisions import ChangePredicate
from domain.runs.model import ChangeSubject, Decision
from domain.violations.model import Resolution, ViolationStatus
from tests.domain.governance.acts import Act
from tests.domain.governance.assessing import Result, StoreMetadata, StoreQuality
from tests.domain.governance.ingesting import Forget, Ingest
from tests.domain.governance.people import Edit, Judge, MoveRule, Release, Remap, Weigh
from tests.domain.governance.plain_catalogue import PlainAsset
from tests.domain.governance.plain_runs import MADE_STALE
from tests.domain.governance.plain_world import PlainWorld
from tests.domain.governance.reviewing import Decide, DecideMatching
from tests.domain.governance.suggesting import Propose, Suggest

BANK = Fqn.of("bank")
MAIN = BANK.child("main")
PUBLIC, ARCHIVE = MAIN.child("public"), MAIN.child("archive")
TABLES = (PUBLIC.child("card"), PUBLIC.child("cardtransaction"), ARCHIVE.child("card.old"))
COLUMNS = ("id", "amount")
COLUMN_FQNS = tuple(table.child(column) for table in TABLES for column in COLUMNS)
SCOPES = (BANK, MAIN, PUBLIC, ARCHIVE, *TABLES, *COLUMN_FQNS)
FIELDS = (AssetField.DESCRIPTION, AssetField.BUSINESS_NAME)
WORDS = ("A card.", "What was paid.", "Cents.")
CONFIDENCES = (0.5, 0.89, 0.9, 1.0)
COUNTS = ((100, 0), (100, 10), (7, 3), (3, 3), (0, 0), (0, None))
KINDS = (RuleKind.NOT_NULL, RuleKind.UNIQUE, RuleKind.NO_STRAY_SPACE)

ages = st.sampled_from((0, 0, 0, 0, 30, 60, 150, 600, -200)).map(lambda seconds: timedelta(seconds=seconds))
"""How long ago something was read; a step takes a minute, and a clock that measures may be ahead."""
decisions = st.sampled_from(list(Decision))


@st.composite
def quality(draw: st.DrawFn, world: PlainWorld, run: int, table: Fqn, *, scored: bool) -> StoreQuality:
    """Results of the rules that are active now; by the time they are stored, some may not be."""
    read_at = world.now - draw(ages)
    active = [n for n, rule in world.rules.items() if rule.state is RuleState.ACTIVE and table.covers(rule.asset)]
    results = []
    for place, number in enumerate(active):
        evaluated, failed = draw(st.sampled_from(COUNTS))
        results.append(Result(number, evaluated, failed, read_at + timedelta(seconds=place)))
    return StoreQuality(run, table, tuple(results), scored)


@st.composite
def metadata(draw: st.DrawFn, world: PlainWorld, run: int, table: Fqn) -> StoreMetadata:
    measured = [(fqn, "described") for fqn in world.catalogue.inside(table) if world.catalogue.living(fqn)]
    counted = [
        (fqn, metric, draw(st.integers(0, of)), of)
        for (fqn, metric), of in {**dict.fromkeys(measured, 1), (table, "classified"): 3}.items()
    ]
    return StoreMetadata(run, table, tuple(counted), world.now - draw(ages))


@st.composite
def suggestions(draw: st.DrawFn, world: PlainWorld, run: int, table: Fqn) -> Suggest:
    read = {fqn: asset.version for fqn, asset in world.catalogue.inside(table).items() if asset.lives}
    targets = st.tuples(st.sampled_from(sorted(read)), st.sampled_from(FIELDS))
    said = st.tuples(st.sampled_from(WORDS), st.sampled_from(CONFIDENCES))
    return Suggest(run, table, draw(st.dictionaries(targets, said, min_size=1, max_size=4)), read)


@st.composite
def proposals(draw: st.DrawFn, world: PlainWorld, run: int, table: Fqn) -> Propose:
    checks = st.tuples(st.sampled_from(COLUMNS), st.sampled_from(KINDS))
    return Propose(run, table, len(world.rules), tuple(draw(st.lists(checks, min_size=1, max_size=2, unique=True))))


@st.composite
def ingestions(draw: st.DrawFn, world: PlainWorld) -> Ingest:
    """Mostly all that there is; sometimes a table or a column is gone, or says something else."""
    schema = draw(st.sampled_from((PUBLIC, ARCHIVE)))
    tables: dict[str, tuple[tuple[str, ...], str | None]] = {}
    for table in TABLES:
        if schema.covers(table) and draw(st.integers(0, 3)):
            columns = draw(st.sampled_from((COLUMNS, COLUMNS, COLUMNS, COLUMNS[1:])))
            tables[table.name] = (columns, draw(st.sampled_from((None, None, "From the source."))))
    return Ingest(schema, tables, world.now - draw(ages))


def whole(schema: Fqn, read_at: datetime) -> Ingest:
    return Ingest(schema, {table.name: (COLUMNS, None) for table in TABLES if schema.covers(table)}, read_at)


@st.composite
def edits(draw: st.DrawFn, assets: Mapping[Fqn, PlainAsset]) -> Act:
    """By somebody who mostly has read the asset as it is."""
    fqn = draw(st.sampled_from([fqn for fqn in SCOPES if fqn in assets]))
    field, version = draw(st.sampled_from(FIELDS)), assets[fqn].version - draw(st.sampled_from((0, 0, 0, 1)))
    if draw(st.booleans()):
        return Edit(fqn, field, draw(st.sampled_from(WORDS)), version)
    return Release(fqn, field, version)


@st.composite
def decided(draw: st.DrawFn, world: PlainWorld, runs: Sequence[int]) -> Act:
    run = world.runs[draw(st.sampled_from(runs))]
    if not draw(st.booleans()):
        return DecideMatching(run.number, draw(predicates), draw(decisions))
    change = draw(st.sampled_from(run.changes))
    return Decide(run.number, change.asset, change.field, draw(decisions), draw(st.none() | st.sampled_from(WORDS)))


predicates = st.builds(
    ChangePredicate,
    min_confidence=st.none() | st.sampled_from(CONFIDENCES),
    fields=st.sampled_from(((), (), FIELDS[:1], (*FIELDS[1:], RuleKind.UNIQUE))),
    subject=st.none() | st.sampled_from(ChangeSubject),
    scope=st.none() | st.sampled_from(SCOPES),
    decisions=st.sampled_from(((), (), (Decision.UNDECIDED,), (Decision.ACCEPTED, Decision.REJECTED))),
    overwrites_human=st.none() | st.booleans(),
)
judgements = st.sampled_from(
    [
        (ViolationStatus.OPEN, None),
        (ViolationStatus.ACKNOWLEDGED, None),
        (ViolationStatus.FALSE_POSITIVE, None),
        (ViolationStatus.RESOLVED, Resolution.FIXED_IN_DATA),
        (ViolationStatus.RESOLVED, Resolution.ACCEPTED_RISK),
    ]
)
remappings = st.builds(Remap, st.sampled_from(sorted(MADE_STALE)), st.frozensets(st.sampled_from(list(AssessmentType))))
losses = st.builds(Forget, st.just(MAIN), st.sampled_from(((PUBLIC, ARCHIVE), (PUBLIC,), (PUBLIC,), (ARCHIVE,))))
weighings = st.builds(
    Weigh,
    st.sampled_from(("completeness", "uniqueness", "documentation")),
    st.sampled_from([Decimal(text) for text in ("0", "0.3", "1", "7")]),
)


@st.composite
def judged(draw: st.DrawFn, world: PlainWorld) -> Judge:
    number = draw(st.integers(0, len(world.problems.all) - 1))
    return Judge(number, *draw(judgements))


@st.composite
def moved_rules(draw: st.DrawFn, world: PlainWorld) -> MoveRule:
    number = draw(st.sampled_from(sorted(world.rules)))
    others = [state for state in RuleState if state not in {world.rules[number].state, RuleState.DRAFT}]
    return MoveRule(number, draw(st.sampled_from(others)))
