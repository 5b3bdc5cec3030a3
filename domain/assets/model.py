"""The catalogue: what a source holds (captured) and what people and models say about it (described)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from domain.assets.people import check_people, read_people
from domain.errors import DomainError, Invalid
from domain.fqn import Fqn
from domain.identity import OrganizationId, ProjectId
from domain.text import check_storable

AssetId = NewType("AssetId", UUID)


class AssetType(StrEnum):
    SERVICE = "SERVICE"
    DATABASE = "DATABASE"
    SCHEMA = "SCHEMA"
    TABLE = "TABLE"
    VIEW = "VIEW"
    COLUMN = "COLUMN"

    @property
    def is_table_like(self) -> bool:
        """Views count as tables."""
        return self in {AssetType.TABLE, AssetType.VIEW}


class Sensitivity(StrEnum):
    """How far a value may travel; ordered from the freest to the closest kept."""

    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"
    CONFIDENTIAL = "CONFIDENTIAL"
    RESTRICTED = "RESTRICTED"


class PiiClass(StrEnum):
    """The kind of personal data in a column; NONE says that it was judged and holds none."""

    NAME = "NAME"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    ADDRESS = "ADDRESS"
    POSTAL_CODE = "POSTAL_CODE"
    BIRTH_DATE = "BIRTH_DATE"
    NATIONAL_ID = "NATIONAL_ID"
    IBAN = "IBAN"
    CARD_NUMBER = "CARD_NUMBER"
    IP_ADDRESS = "IP_ADDRESS"
    CREDENTIAL = "CREDENTIAL"
    GEO_LOCATION = "GEO_LOCATION"
    GENDER = "GENDER"
    NONE = "NONE"


class AssetField(StrEnum):
    """What people and models may say about an asset. Source comments are captured, never written here."""

    DESCRIPTION = "description"
    BUSINESS_NAME = "business_name"
    BUSINESS_DEFINITION = "business_definition"
    SEMANTIC_TYPE = "semantic_type"
    PII_CLASS = "pii_class"
    SENSITIVITY = "sensitivity"
    DOMAIN = "domain"
    OWNER = "owner"
    STEWARD = "steward"
    RELATIONSHIP_SUMMARY = "relationship_summary"
    DQ_TAGS = "dq_tags"


MAX_FIELD_LENGTH = 4000
"""Longest text of one described field, in characters."""

PEOPLE = (AssetField.OWNER, AssetField.STEWARD)
"""Fields that hold people or teams, one a line."""
_CLOSED_SETS: Mapping[AssetField, type[StrEnum]] = {
    AssetField.PII_CLASS: PiiClass,
    AssetField.SENSITIVITY: Sensitivity,
}


def check_field_value(field_name: AssetField, value: str) -> None:
    """Refuse a value that the field cannot hold."""
    check_storable(field_name.value, value)
    if not value.strip():
        raise Invalid(field_name.value, f"{field_name.value} cannot be blank; release the field to empty it.")
    if len(value) > MAX_FIELD_LENGTH:
        raise Invalid(field_name.value, f"{field_name.value} has at most {MAX_FIELD_LENGTH:,} characters.")
    allowed = _CLOSED_SETS.get(field_name)
    if allowed and value not in set(allowed):
        raise Invalid(field_name.value, f"{field_name.value} is one of {', '.join(allowed)}.")
    if field_name in PEOPLE:
        check_people(field_name.value, read_people(value))


class FieldOrigin(StrEnum):
    HUMAN = "HUMAN"
    GENERATED = "GENERATED"


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One described value and where it came from. A HUMAN value outranks a generated one until it is released."""

    value: str
    origin: FieldOrigin
    confidence: float | None = None
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A short name on an asset, why it is there, and who put it there."""

    name: str
    justification: str
    origin: FieldOrigin
    tagged_by: str
    tagged_at: datetime

    @property
    def key(self) -> str:
        """Names that differ only in case are the same tag."""
        return self.name.casefold()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declared reference from columns of a table to columns of another (or the same) table."""

    name: str
    columns: tuple[str, ...]
    referenced_table: Fqn
    referenced_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column as the source reports it. `data_type` is the source's own spelling, e.g. `character varying(40)`."""

    name: str
    position: int
    data_type: str
    nullable: bool
    default: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table or view as the source reports it, with what it declares about its data."""

    fqn: Fqn
    type: AssetType
    columns: tuple[FoundColumn, ...]
    comment: str | None = None
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    check_constraints: tuple[str, ...] = ()
    estimated_rows: int | None = None
    size_bytes: int | None = None
    definition: str | None = None
    """The SQL of a view; None for a table."""

    def column(self, name: str) -> FoundColumn:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class FoundSchema:
    """All that one schema held at one time; what is missing from it has vanished."""

    fqn: Fqn
    observed_at: datetime
    tables: tuple[FoundTable, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """One node of the catalogue at one version."""

    id: AssetId
    fqn: Fqn
    type: AssetType
    version: int
    organization_id: OrganizationId
    project_id: ProjectId
    captured: Mapping[str, object]
    """What the source reports: `data_type`, `nullable`, `comment`, `primary_key`, `foreign_keys`, …"""
    fields: Mapping[AssetField, FieldValue] = field(default_factory=dict)
    tags: tuple[Tag, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    """When the source was first seen without it; None while it exists."""

    def value(self, name: AssetField) -> str | None:
        found = self.fields.get(name)
        return found.value if found else None

    @property
    def owners(self) -> tuple[str, ...]:
        """Who answers for it."""
        return read_people(self.value(AssetField.OWNER))

    @property
    def stewards(self) -> tuple[str, ...]:
        """Who looks after it."""
        return read_people(self.value(AssetField.STEWARD))


@dataclass(frozen=True, slots=True)
class AssetResult:
    """What became of one asset of a bulk: itself, or the reason why it stayed as it was."""

    fqn: Fqn
    asset: Asset | None
    error: DomainError | None


@dataclass(frozen=True, slots=True)
class IngestionCounts:
    """What storing one schema changed."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class TableContext:
    """A table with its columns, as the catalogue knows it: what profiling, enrichment and rules work on."""

    table: Asset
    columns: Sequence[Asset]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value for one field of one asset, as enrichment suggests it."""

    asset: Fqn
    field: AssetField
    value: str
    confidence: float
    """0 to 1."""
    justification: str
    evidence: Mapping[str, object]
    """What it rests on: pattern shares, name tokens, keys. Never a value of the data."""
