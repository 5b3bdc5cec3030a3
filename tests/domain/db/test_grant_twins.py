"""What PostgreSQL takes for granted is what Python does."""

from collections.abc import Sequence

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.db.tenancy import CONFINE, confinement
from domain.events import CommittedEvent, GlossaryChanged, RunStateChanged, ScorecardChanged, ScoringChanged
from domain.fqn import Fqn
from domain.identifiers import new_id
from domain.identity import Actor, Tenant
from tests.fakes.clock import NOON

pytestmark = pytest.mark.db

PARTS = st.text(alphabet='a.b"%_\\{},é ', max_size=3)
FQNS = st.lists(PARTS, min_size=1, max_size=4).map(lambda parts: Fqn(tuple(parts)))
MANY = st.lists(FQNS, min_size=1, max_size=4)
_ASK = "SELECT is_granted($1), service_fqn($2), is_event_granted($3, $4), is_work_granted($4, $2)"


async def asked(sql: asyncpg.Connection, tenant: Tenant, *values: object) -> tuple[object, ...]:
    async with sql.transaction():
        await sql.execute(CONFINE, *confinement(tenant))
        return tuple(await sql.fetchrow(_ASK, *values))


def event_of(
    kind: int, scopes: tuple[str, ...]
) -> ScorecardChanged | ScoringChanged | GlossaryChanged | RunStateChanged:
    return (
        ScorecardChanged(scopes=scopes, metrics=(), cells=0, run_id=new_id()),
        ScoringChanged(scopes=scopes, kind="metric", key="x", version=1),
        GlossaryChanged(scopes=scopes, term_id=new_id(), version=1, status="DRAFT"),
        RunStateChanged(scopes=scopes, run_id=new_id(), run_type="x", status="x", state_at=NOON),
    )[kind]


@given(granted=MANY, fqn=FQNS, scopes=st.lists(FQNS, max_size=3), kind=st.integers(0, 3))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_both_see_the_same(
    sql: asyncpg.Connection, actor: Actor, granted: Sequence[Fqn], fqn: Fqn, scopes: Sequence[Fqn], kind: int
) -> None:
    tenant = Tenant(actor.tenant.organization_id, actor.tenant.project_id, tuple(granted))
    event = event_of(kind, tuple(map(str, scopes)))
    committed = CommittedEvent(1, new_id(), actor.tenant, NOON, "ada", event)

    found = await asked(sql, tenant, str(fqn), fqn.name, event.name, list(event.scopes))

    assert found == (
        tenant.sees(fqn),
        str(Fqn.of(fqn.name)),
        committed.as_seen_by(tenant) is not None,
        all(map(tenant.sees, scopes)) if scopes else tenant.sees(Fqn.of(fqn.name)),
    )


async def test_an_event_of_another_project_is_nobodys(actor: Actor, stranger: Actor) -> None:
    committed = CommittedEvent(1, new_id(), stranger.tenant, NOON, "eve", event_of(1, ()))

    assert committed.as_seen_by(actor.tenant) is None
