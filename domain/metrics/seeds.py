"""The dimensions and metrics that a new project begins with; people change them afterwards."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.db.tenancy import owned_by
from domain.identity import Tenant
from domain.metrics.model import INVALIDATED_BY, AssessmentType
from domain.metrics.tables import DimensionRow, InvalidationRow, MetricRow

_QUALITY, _METADATA = AssessmentType.DATA_QUALITY, AssessmentType.METADATA

DIMENSIONS = (
    ("completeness", _QUALITY, "Values that should be there are there."),
    ("uniqueness", _QUALITY, "What should stand once stands once."),
    ("validity", _QUALITY, "Values have the form and lie in the set or range that they should."),
    ("accuracy", _QUALITY, "Values are believable: no outliers, no dates that cannot be."),
    ("consistency", _QUALITY, "Values of a row agree with each other."),
    ("integrity", _QUALITY, "References point to something that exists."),
    ("timeliness", _QUALITY, "The newest data is recent enough."),
    ("volume", _QUALITY, "There are about as many rows as there should be."),
    ("schema", _QUALITY, "Tables have the columns and types that they should."),
    ("documentation", _METADATA, "Assets say what they are."),
    ("ownership", _METADATA, "Somebody answers for the asset."),
    ("classification", _METADATA, "Sensitivity and personal data are known."),
    ("structure", _METADATA, "Tables have keys."),
)

METRICS = (
    ("complete_values", "completeness", "Values present, of those that a rule wants present."),
    ("unique_values", "uniqueness", "Rows whose key stands once, of those that a rule wants unique."),
    ("valid_values", "validity", "Values that follow their rules of form, set and range."),
    ("accurate_values", "accuracy", "Values that are believable, of those that a rule judges."),
    ("consistent_rows", "consistency", "Rows whose values agree, of those that a rule compares."),
    ("sound_references", "integrity", "References that point to an existing row."),
    ("fresh_tables", "timeliness", "Tables whose newest data is as recent as its rule wants."),
    ("expected_volume", "volume", "Tables with as many rows as their rule expects."),
    ("expected_schema", "schema", "Tables with the columns and types that are expected."),
    ("described", "documentation", "Tables and columns with a description."),
    ("owned", "ownership", "Tables with an owner or a steward."),
    ("classified", "classification", "Tables and columns with sensitivity and, for columns, a PII class."),
    ("keyed", "structure", "Tables with a primary or unique key."),
)


async def seed_metrics(session: AsyncSession, tenant: Tenant, since: datetime) -> None:
    """Add what is missing; what a person changed stays."""
    types = {name: kind for name, kind, _ in DIMENSIONS}
    first = {"version": 1, "since": since, "changed_by": "assay", **owned_by(tenant)}
    dimensions = [
        {"name": name, "assessment_type": kind, "weight": Decimal(1), "description": text, "position": place, **first}
        for place, (name, kind, text) in enumerate(DIMENSIONS)
    ]
    metrics = [
        {
            "name": name,
            "dimension": dimension,
            "assessment_type": types[dimension],
            "description": text,
            "position": place,
            **first,
        }
        for place, (name, dimension, text) in enumerate(METRICS)
    ]
    invalidations = [{"run_type": run, "assessment_types": [kind], **first} for run, kind in INVALIDATED_BY.items()]
    for row, values in ((DimensionRow, dimensions), (MetricRow, metrics), (InvalidationRow, invalidations)):
        await session.execute(insert(row).values(values).on_conflict_do_nothing())
