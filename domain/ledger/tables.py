from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, Text
from sqlmodel import Field

from domain.db.columns import FqnText, TextList, UtcDateTime
from domain.db.tenancy import TenantRow


class LlmCallRow(TenantRow, table=True):
    __tablename__ = "llm_call"
    __table_args__ = (Index("ix_llm_call_run", "run_id", "id"),)

    id: UUID = Field(primary_key=True)
    run_id: UUID
    provider: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    asset_fqn: str = Field(sa_type=FqnText)
    started_at: datetime = Field(sa_type=UtcDateTime)
    seconds: float
    attempts: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None = Field(default=None, sa_type=Numeric)
    masked_columns: list[str] = Field(sa_type=TextList)
    content_hash: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)


class LlmAnswerRow(TenantRow, table=True):
    """Usable answers by what was asked, so that unchanged evidence costs no second call."""

    __tablename__ = "llm_answer"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    content_hash: str = Field(primary_key=True, sa_type=Text)
    text: str = Field(sa_type=Text)
    input_tokens: int
    output_tokens: int
    kept_at: datetime = Field(sa_type=UtcDateTime)
