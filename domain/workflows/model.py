"""The kinds of work there are, and how people set them up to be started again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NewType
from uuid import UUID
from zoneinfo import available_timezones

from domain.cron import check_cron, next_time
from domain.errors import Invalid
from domain.identity import Tenant
from domain.runs.model import RunRequest, RunType
from domain.text import check_line
from domain.triggers import Trigger

ConfigurationId = NewType("ConfigurationId", UUID)

MAX_NAME_LENGTH = 200
MAX_CRON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """A kind of work and the Prefect flow that does it."""

    type: RunType
    category: str
    flow: str
    description: str

    @property
    def requires_approval(self) -> bool:
        return self.type.needs_approval


_ALL = (
    WorkflowDefinition(
        RunType.CONNECTION_CHECK, "connection", "check-connection", "Speaks to the source once and says what it found."
    ),
    WorkflowDefinition(
        RunType.SERVICE_INGESTION,
        "ingestion",
        "ingest-service",
        "Reads schemas, tables, columns and keys into the catalogue.",
    ),
    WorkflowDefinition(RunType.PROFILING, "profiling", "profile-database", "Measures what the tables hold."),
    WorkflowDefinition(
        RunType.METADATA_ENRICHMENT,
        "enrichment",
        "enrich-metadata",
        "Suggests descriptions, PII classes, sensitivity and meaning.",
    ),
    WorkflowDefinition(
        RunType.DQ_RULE_GENERATION,
        "quality",
        "generate-dq-rules",
        "Proposes data-quality rules and tries each on the data.",
    ),
    WorkflowDefinition(
        RunType.DQ_EXECUTION, "quality", "execute-dq-rules", "Runs the active rules and keeps their results."
    ),
    WorkflowDefinition(
        RunType.METADATA_ASSESSMENT,
        "assessment",
        "assess-metadata",
        "Scores how well assets are documented and classified.",
    ),
    WorkflowDefinition(
        RunType.DQ_ASSESSMENT, "assessment", "assess-dq", "Runs the active rules and scores the data by them."
    ),
    WorkflowDefinition(
        RunType.RUN_ALL,
        "chain",
        "run-all",
        "Profiles, enriches, generates rules, saves and assesses, one after the other.",
    ),
)

DEFINITIONS: Mapping[RunType, WorkflowDefinition] = {definition.type: definition for definition in _ALL}


_time_zones = cache(available_timezones)  # they are files, and many


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times that come again and again, by the clocks of a time zone."""

    cron: str
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        check_line("schedule.cron", self.cron, MAX_CRON_LENGTH)
        try:
            check_cron(self.cron)
        except ValueError as error:
            raise Invalid("schedule.cron", f"{error}.") from None
        if self.time_zone not in _time_zones():
            raise Invalid(
                "schedule.timeZone", "There is no such time zone; use a name such as UTC, Europe/Berlin or Asia/Tokyo."
            )


@dataclass(frozen=True, slots=True)
class SetUp:
    """What people decide about a configuration: the work, and what starts it besides them."""

    name: str
    work: RunRequest
    """Without an idempotency key: each start has its own."""
    schedule: Schedule | None = None
    triggers: frozenset[Trigger] = frozenset()
    is_enabled: bool = True
    """False: neither its schedule nor its triggers start it."""

    def __post_init__(self) -> None:
        check_line("name", self.name, MAX_NAME_LENGTH)


@dataclass(frozen=True, slots=True)
class WorkflowConfiguration:
    id: ConfigurationId
    tenant: Tenant
    setup: SetUp
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        return self.setup.name

    @property
    def schedule_in_force(self) -> Schedule | None:
        return self.setup.schedule if self.setup.is_enabled else None

    def next_start(self, now: datetime) -> datetime | None:
        """When its schedule starts it next; None when none is in force."""
        schedule = self.schedule_in_force
        return next_time(schedule.cron, schedule.time_zone, now) if schedule else None
