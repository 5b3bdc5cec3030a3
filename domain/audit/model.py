"""Who did what to which resource."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AuditEvent:
    id: UUID
    occurred_at: datetime
    actor: str
    action: str
    resource: str
    resource_key: str
    before: Mapping[str, Any] | None  # an audit event shows any resource
    after: Mapping[str, Any] | None
    request_id: str | None
    sequence: int | None
    """Its place in the chain of its project; None until it is sealed, which follows the COMMIT within seconds."""
    hash: str | None
