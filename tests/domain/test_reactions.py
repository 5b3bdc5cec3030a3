from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from domain.events import (
    EVENTS,
    AssetCreated,
    AssetsChanged,
    CommittedEvent,
    ConfigurationChanged,
    DomainEvent,
    Origin,
    RunAdmitted,
    RunApproved,
    RunCancelRequested,
    RunRequested,
    RunRetryRequested,
    RunStateChanged,
    read_event,
)
from domain.fqn import Fqn
from domain.identity import OrganizationId, ProjectId, Tenant
from domain.reactions import (
    CancelRun,
    FillPlaces,
    FollowIngestion,
    FollowSave,
    IngestConnection,
    KeepSchedule,
    Reaction,
    RetryRun,
    SaveRun,
    StartRun,
    reaction_to,
)
from tests.fakes.clock import NOON

ID = UUID("019b0000-0000-7000-8000-000000000001")
TENANT = Tenant(OrganizationId(ID), ProjectId(ID))


def state(status: str, *, save_all: bool) -> RunStateChanged:
    return RunStateChanged(run_id=ID, run_type="profiling", status=status, state_at=NOON, save_all=save_all)


def created(origin: Origin) -> AssetCreated:
    return AssetCreated(origin=origin, asset_type="DATABASE", fqn="bank.main", connection_id=ID, event_id="e1")


@pytest.mark.parametrize(
    ("event", "reaction"),
    [
        (RunRequested(run_id=ID), FillPlaces(ID)),
        (RunRetryRequested(run_id=ID), FillPlaces(ID)),
        (RunAdmitted(run_id=ID, again=False), StartRun(ID)),
        (RunAdmitted(run_id=ID, again=True, after_seconds=10), RetryRun(ID, 10)),
        (RunCancelRequested(run_id=ID), CancelRun(ID)),
        (state("COMPLETED", save_all=True), SaveRun(ID)),
        (state("COMPLETED", save_all=False), FillPlaces(ID)),
        (state("FAILED", save_all=True), FillPlaces(ID)),
        (state("CRASHED", save_all=False), FillPlaces(ID)),
        (state("CANCELLED", save_all=False), FillPlaces(ID)),
        (state("RUNNING", save_all=True), None),
        (created(Origin.USER), IngestConnection(ID, "e1")),
        (created(Origin.INGESTION), None),
        (ConfigurationChanged(configuration_id=ID, version=2, enabled=False), KeepSchedule(ID)),
        (replace(state("COMPLETED", save_all=False), run_type="service-ingestion"), FollowIngestion(ID)),
        (replace(state("FAILED", save_all=False), run_type="service-ingestion"), FillPlaces(ID)),
        (RunApproved(run_id=ID, applied=1, conflicts=0, auto_saved=False), FollowSave(ID)),
        (AssetsChanged(changed=1), None),
    ],
)
def test_an_event_starts_what_the_table_says(event: DomainEvent, reaction: Reaction | None) -> None:
    assert reaction_to(event) == reaction


def test_every_reaction_has_an_event_that_starts_it() -> None:
    events = [
        RunRequested(run_id=ID),
        RunAdmitted(run_id=ID, again=False),
        RunAdmitted(run_id=ID, again=True),
        RunCancelRequested(run_id=ID),
        state("COMPLETED", save_all=True),
        created(Origin.USER),
        ConfigurationChanged(configuration_id=ID, version=1, enabled=True),
        replace(state("COMPLETED", save_all=False), run_type="service-ingestion"),
        RunApproved(run_id=ID, applied=0, conflicts=0, auto_saved=True),
    ]
    started = {type(reaction_to(event)) for event in events}

    assert started == set(get_args(Reaction))


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_read_back_as_it_was_stored(name: str) -> None:
    event = _example(EVENTS[name])
    stored = TypeAdapter(dict[str, Any]).dump_json(event.payload())

    assert read_event(name, TypeAdapter(dict[str, Any]).validate_json(stored), ["bank.main"]) == event


def _example(kind: type[DomainEvent]) -> DomainEvent:
    values: dict[str, object] = {"scopes": ("bank.main",)}
    samples: dict[str, object] = {
        "UUID": ID,
        "str": "text",
        "int": 3,
        "bool": True,
        "datetime": datetime(2026, 3, 1, tzinfo=UTC),
        "tuple[str, ...]": ("described",),
        "tuple[UUID, ...]": (ID,),
        "UUID | None": ID,
        "Origin": Origin.USER,
    }
    for name, annotation in kind.__annotations__.items():
        if not annotation.startswith("ClassVar"):
            values[name] = samples[annotation]
    return kind(**values)  # type: ignore[arg-type]  # one sample for each declared type


@pytest.mark.parametrize(
    ("scope", "concerned"),
    [
        ("bank.main.public.card", True),
        ("bank.main.public.card.amount", True),
        ("bank.main", True),
        ("bank.main.public.cardtransaction", False),
        ("shop", False),
    ],
)
def test_an_event_concerns_what_lies_in_or_above_its_scopes(scope: str, concerned: bool) -> None:
    event = AssetsChanged(scopes=("bank.main.public.card",), changed=1)

    assert CommittedEvent(1, ID, TENANT, NOON, "ada", event).concerns(Fqn.parse(scope)) is concerned


def test_an_event_without_a_scope_concerns_no_scope() -> None:
    event = CommittedEvent(1, ID, TENANT, NOON, "ada", AssetsChanged(changed=1))

    assert not event.concerns(Fqn.of("bank"))
