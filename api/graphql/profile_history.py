"""What earlier runs measured of a table, and what changed since."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Self
from uuid import UUID

import strawberry
from strawberry import UNSET

from api.graphql.context import Info
from api.graphql.enums import describe
from api.graphql.fields import field
from api.graphql.ids import read_id
from api.graphql.mirror import mirror
from api.graphql.pages import After, Before, Connection, CountedConnection, First, Last, Listing, given
from api.graphql.profiles import MeasuredCount, Measurement, TableProfile
from api.graphql.readings import Reading
from api.graphql.runs.types import KIND as RUN
from api.graphql.runs.types import WorkflowRun
from api.graphql.scalars import BigInt
from domain.fqn import Fqn
from domain.profiles import distributions, drift, history
from domain.profiles.drift import Basis, Change, DriftLevel
from domain.runs.model import RunId

PROFILES = Listing("profile", str)
POINTS = Listing("profile-point", str)

describe(
    DriftLevel,
    "How far the values of a column have moved, in order.",
    {
        DriftLevel.NONE: "Not, or not by more than samples of the same rows may differ, or not provably.",
        DriftLevel.UNKNOWN: "The rows read differ, and nothing says how far these samples can be trusted.",
        DriftLevel.MODERATE: "The population stability index is at least 0.1.",
        DriftLevel.SIGNIFICANT: "The population stability index is at least 0.25.",
    },
)
describe(
    Change,
    "Whether a number is another one now.",
    {
        Change.SAME: "It is not.",
        Change.CHANGED: "It is, in the whole table: the intervals lie apart.",
        Change.WITHIN_NOISE: "The samples differ by no more than samples of the same rows may.",
        Change.UNKNOWN: "It cannot be told: only one profile has it, or nothing bounds it.",
    },
)
describe(
    Basis,
    "What a distribution is compared by.",
    {
        Basis.NULLS: "Rows without a value against rows with one.",
        Basis.VALUES: "The most frequent values, and all others together.",
        Basis.RANGES: "Ranges of numbers that hold about a tenth of both each.",
        Basis.SHAPES: "The most frequent shape masks of texts, and all others together.",
    },
)


@strawberry.type(description="A profile as its run left it.")
class KeptProfile:
    observed_at: datetime = strawberry.field(description="When the first row was read.")
    row_count: MeasuredCount = strawberry.field(description="Number of rows.")
    reading: Reading = strawberry.field(description="How the rows were read.")
    kept: strawberry.Private[history.KeptProfile]

    @classmethod
    def of(cls, kept: history.KeptProfile) -> Self:
        table = kept.table
        return cls(
            observed_at=table.observed_at,
            row_count=mirror(MeasuredCount, table.row_count),
            reading=mirror(Reading, table.reading),
            kept=kept,
        )

    @field("The run that measured it; null when it is not known any more.")
    async def run(self, info: Info) -> WorkflowRun | None:
        found = await info.context.loaders.runs.load(RunId(self.kept.run_id))
        return WorkflowRun.of(found) if found else None

    @field("All that was measured.")
    async def profile(self, info: Info) -> TableProfile:
        columns = await info.context.loaders.profile_columns.load(self.kept.id)
        return TableProfile.of(replace(self.kept.table, columns=tuple(columns or ())))


@strawberry.type(description="One number of a column as one profile has it.")
class ProfilePoint:
    profile: KeptProfile = strawberry.field(description="The profile.")
    measurement: Measurement | None = strawberry.field(description="The number; null where the profile lacks it.")

    @classmethod
    def of(cls, point: history.TrendPoint) -> Self:
        measured = point.measurement
        return cls(
            profile=KeptProfile.of(point.profile), measurement=mirror(Measurement, measured) if measured else None
        )


@strawberry.type(description="A part of the values, and the share of them that lies in it.")
class DistributionPart:
    name: str | None = strawberry.field(
        description="The value or shape, or `null` and `value`; null for a range, and for all others together."
    )
    low: float | None = strawberry.field(description="Where a range begins; null where it has no beginning.")
    high: float | None = strawberry.field(description="Where a range ends, itself left out; null where it has no end.")
    before: float = strawberry.field(description="Share in the earlier profile, at a guess where it was not kept.")
    after: float = strawberry.field(description="Share in the later profile, likewise.")

    @classmethod
    def of(cls, part: distributions.Part) -> Self:
        return mirror(cls, part, before=part.before.value, after=part.after.value)


@strawberry.type(description="How far one distribution of a column has moved.")
class DistributionDrift:
    basis: Basis = strawberry.field(description="What it is compared by.")
    level: DriftLevel = strawberry.field(description="How far it has moved; judged by `leastStabilityIndex`.")
    population_stability_index: float = strawberry.field(
        description="0 where nothing moved; below 0.1 is read as stable, from 0.25 on as shifted."
    )
    least_stability_index: float = strawberry.field(
        description="What the index is at the least, whatever lies within bars and behind the values kept."
    )
    index_by_chance: float | None = strawberry.field(
        description="What two samples of the same rows would exceed once in a thousand times; 0 when all rows were "
        "read, null when it cannot be told."
    )
    jensen_shannon_distance: float = strawberry.field(description="0 where nothing moved, 1 where nothing is shared.")
    kolmogorov_smirnov: float | None = strawberry.field(
        description="Largest difference of the shares below a number, at the least; null where values have no order."
    )
    parts: list[DistributionPart] = strawberry.field(description="What was compared, at most 21 parts.")

    @classmethod
    def of(cls, found: drift.DistributionDrift) -> Self:
        return mirror(
            cls,
            found,
            population_stability_index=found.index,
            least_stability_index=found.least_index,
            jensen_shannon_distance=found.distance,
            kolmogorov_smirnov=found.least_distance,
            parts=[DistributionPart.of(part) for part in found.parts],
        )


@strawberry.type(description="One number of a column in both profiles.")
class NumberChange:
    metric: str = strawberry.field(description="Its name, as in `ColumnProfile.measurements`.")
    change: Change = strawberry.field(description="Whether it is another one now.")
    before: Measurement | None = strawberry.field(description="What it was; null where that profile lacks it.")
    after: Measurement | None = strawberry.field(description="What it is; null where that profile lacks it.")
    difference: float | None = strawberry.field(description="After less before; null where one is missing.")

    @classmethod
    def of(cls, found: drift.NumberChange) -> Self:
        before = mirror(Measurement, found.before) if found.before else None
        return mirror(cls, found, before=before, after=mirror(Measurement, found.after) if found.after else None)


@strawberry.type(description="What changed in a column that both profiles have.")
class ColumnDrift:
    name: str = strawberry.field(description="The column's name.")
    level: DriftLevel = strawberry.field(description="The highest of its distributions.")
    type_before: str = strawberry.field(description="The type that the source declared.")
    type_after: str = strawberry.field(description="The type that it declared later.")
    is_type_changed: bool = strawberry.field(description="Whether they differ.")
    distributions: list[DistributionDrift] = strawberry.field(
        description="By nulls, by values or ranges, and for texts by shapes, as far as both profiles have them."
    )
    numbers: list[NumberChange] = strawberry.field(description="All numbers that one of the profiles has.")

    @classmethod
    def of(cls, found: drift.ColumnDrift) -> Self:
        return mirror(
            cls,
            found,
            distributions=[DistributionDrift.of(one) for one in found.distributions],
            numbers=[NumberChange.of(one) for one in found.numbers],
        )


@strawberry.type(description="How many rows there were and are.")
class RowCountChange:
    before: MeasuredCount = strawberry.field(description="Rows in the earlier profile.")
    after: MeasuredCount = strawberry.field(description="Rows in the later profile.")
    difference: BigInt = strawberry.field(description="After less before.")
    change: Change = strawberry.field(description="CHANGED when both were counted and differ.")

    @classmethod
    def of(cls, found: drift.RowCountChange) -> Self:
        return mirror(cls, found, before=mirror(MeasuredCount, found.before), after=mirror(MeasuredCount, found.after))


@strawberry.type(description="What changed from one profile of a table to another.")
class ProfileDrift:
    before: KeptProfile = strawberry.field(description="The profile that is compared with.")
    after: KeptProfile = strawberry.field(description="The profile that is compared.")
    row_count: RowCountChange = strawberry.field(description="How many rows there were and are.")
    added_columns: list[str] = strawberry.field(description="Columns that only the later profile has.")
    removed_columns: list[str] = strawberry.field(description="Columns that only the earlier profile has.")
    not_compared: list[str] = strawberry.field(description="Columns that one of the profiles left out as a whole.")
    columns: list[ColumnDrift] = strawberry.field(description="The columns of both, in the table's order.")

    @classmethod
    def of(cls, found: history.Comparison) -> Self:
        told = found.drift
        return cls(
            before=KeptProfile.of(found.before),
            after=KeptProfile.of(found.after),
            row_count=RowCountChange.of(told.row_count),
            added_columns=list(told.added),
            removed_columns=list(told.removed),
            not_compared=list(told.not_compared),
            columns=[ColumnDrift.of(column) for column in told.columns],
        )


RunChoice = Annotated[strawberry.ID | None, strawberry.argument(description="Id of the run that measured it.")]


def _run(run: strawberry.ID | None) -> UUID | None:
    chosen = given(run)
    return None if chosen is None else read_id(RUN, chosen)


@strawberry.type
class ProfileHistoryQueries:
    @field("The profiles of a table or view that are kept, the newest first.")
    async def profile_history(
        self,
        info: Info,
        table: Annotated[Fqn, strawberry.argument(description="The table or view.")],
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CountedConnection[KeptProfile] | None:
        request = PROFILES.request(first, after, last, before)
        read, tenant = info.context.read.profile_history, info.context.tenant
        page = await read.page(tenant, table, request)
        return PROFILES.count(page, KeptProfile.of, partial(read.count, tenant, table))

    @field("One number of a column in all profiles that have the column, the newest first.")
    async def profile_trend(
        self,
        info: Info,
        column: Annotated[Fqn, strawberry.argument(description="The column.")],
        metric: Annotated[
            str, strawberry.argument(description="Its name, as in `ColumnProfile.measurements`: `numbers.mean`, …")
        ],
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[ProfilePoint] | None:
        request = POINTS.request(first, after, last, before)
        page = await info.context.read.profile_history.trend(info.context.tenant, column, metric, request)
        return POINTS.connect(page, ProfilePoint.of)

    @field(
        "What changed from one profile of a table to another: from the one before the newest to the newest, unless it "
        "is said otherwise. Null where there are no two. What samples may differ by chance is not called a drift."
    )
    async def profile_drift(
        self,
        info: Info,
        table: Annotated[Fqn, strawberry.argument(description="The table or view.")],
        from_run: RunChoice = UNSET,
        to_run: RunChoice = UNSET,
    ) -> ProfileDrift | None:
        found = await info.context.read.profile_history.compare(
            info.context.tenant, table, _run(from_run), _run(to_run)
        )
        return ProfileDrift.of(found) if found else None
