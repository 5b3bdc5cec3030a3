"""Tables to enrich, as the catalogue would hold them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from domain.assets.captured import FoundAsset, assets_of
from domain.assets.model import (
    Asset,
    AssetField,
    AssetId,
    AssetType,
    FieldOrigin,
    FieldValue,
    ForeignKey,
    FoundColumn,
    FoundSchema,
    FoundTable,
    Suggestion,
    TableContext,
)
from domain.fqn import Fqn
from domain.identity import OrganizationId, ProjectId
from domain.runs.model import Include
from flows.enrichment.context import EnrichmentContext, Neighbour, Term
from flows.enrichment.enricher import Enrichment
from flows.enrichment.offline import OfflineEnricher
from tests.flows.rulegen.measured import profile_of

SCHEMA = Fqn.of("bank", "db", "core")
EVERYTHING = frozenset(Include)
NO_COMMENTS: Mapping[str, str] = {}
NOTHING_DESCRIBED: Mapping[str, Mapping[AssetField, str]] = {}


def subject(
    name: str,
    columns: Mapping[str, str],
    values: Mapping[str, Sequence[object]] | None = None,
    *,
    type: AssetType = AssetType.TABLE,  # noqa: A002 - the word of the model
    primary_key: tuple[str, ...] = (),
    foreign_keys: tuple[ForeignKey, ...] = (),
    required: Sequence[str] = (),
    comments: Mapping[str, str] = NO_COMMENTS,
    described: Mapping[str, Mapping[AssetField, str]] = NOTHING_DESCRIBED,
    neighbours: tuple[Neighbour, ...] = (),
    terms: tuple[Term, ...] = (),
) -> EnrichmentContext:
    """Columns by name with their types; `values` are the rows that the profile is made of, column by column.

    `comments` and `described` are by the name of a column, or of the table.
    """
    found = FoundTable(
        fqn=SCHEMA.child(name),
        type=type,
        columns=tuple(
            FoundColumn(column, position, kind, nullable=column not in required, comment=comments.get(column))
            for position, (column, kind) in enumerate(columns.items())
        ),
        comment=comments.get(name),
        primary_key=primary_key,
        foreign_keys=foreign_keys,
    )
    _, table, *kept = assets_of(FoundSchema(SCHEMA, datetime(2026, 11, 23, tzinfo=UTC), (found,)))
    assets = [_asset(column, described) for column in kept]
    profile = profile_of(found, values) if values is not None else None
    return EnrichmentContext(TableContext(_asset(table, described), assets), profile, neighbours, terms)


def refers_to(table: str, *columns: str) -> ForeignKey:
    return ForeignKey(f"fk_{table}", columns, SCHEMA.child(table), ("id",))


def _asset(found: FoundAsset, described: Mapping[str, Mapping[AssetField, str]]) -> Asset:
    said = described.get(found.fqn.name, {})
    return Asset(
        id=AssetId(UUID(int=1)),
        fqn=found.fqn,
        type=found.type,
        version=1,
        organization_id=OrganizationId(UUID(int=2)),
        project_id=ProjectId(UUID(int=3)),
        captured=found.captured,
        fields={field: FieldValue(value, FieldOrigin.HUMAN) for field, value in said.items()},
    )


async def enriched(context: EnrichmentContext, include: frozenset[Include] = EVERYTHING) -> Enrichment:
    return await OfflineEnricher().enrich(context, include)


def suggestion(enrichment: Enrichment, field: AssetField, column: str | None = None) -> Suggestion:
    """Of one column, or of the table."""
    depth, name = (5, column) if column else (4, None)
    return next(
        found
        for found in enrichment.suggestions
        if found.field is field and found.asset.depth == depth and name in {None, found.asset.name}
    )


def value(enrichment: Enrichment, field: AssetField, column: str | None = None) -> str:
    return suggestion(enrichment, field, column).value
