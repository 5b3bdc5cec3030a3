from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from domain.db.columns import OrderedText, TextList, UtcDateTime
from domain.db.tenancy import TenantRow


class GlossaryTermRow(TenantRow, table=True):
    __tablename__ = "glossary_term"
    __table_args__ = (Index("uq_glossary_term_key", "organization_id", "project_id", "key", unique=True),)

    id: UUID = Field(primary_key=True)
    key: str = Field(sa_type=OrderedText)
    """The name without its case: what makes it unique, and the order of the glossary."""
    name: str = Field(sa_type=Text)
    definition: str = Field(sa_type=Text)
    synonyms: list[str] = Field(sa_type=TextList)
    status: str = Field(sa_type=Text)
    version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class GlossaryLinkRow(TenantRow, table=True):
    """An asset that a term is about."""

    __tablename__ = "glossary_link"
    __table_args__ = (Index("ix_glossary_link_asset", "asset_id", "term_id"),)

    term_id: UUID = Field(primary_key=True, foreign_key="glossary_term.id")
    asset_id: UUID = Field(primary_key=True, foreign_key="asset.id")
    linked_by: str = Field(sa_type=Text)
    linked_at: datetime = Field(sa_type=UtcDateTime)
