from datetime import timedelta

import asyncpg
import pytest

from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import Domain
from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.fqn import Fqn
from domain.identity import Actor, ActorKind, Tenant
from domain.members.model import Grant
from domain.members.tokens import LONGEST_LIFE
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db

DAY = timedelta(days=1)
CARD = Fqn.parse("bank.main.card")
OPERATOR = Grant(Role.OPERATOR)


async def test_a_token_lets_its_bearer_act_with_its_role_in_its_scopes(domain: Domain, actor: Actor) -> None:
    issued = await domain.tokens.create(actor, "nightly", Grant(Role.OPERATOR, (CARD,)), None)

    bearer = await domain.admissions.by_token(issued.text.text, None)

    tenant = Tenant(actor.tenant.organization_id, actor.tenant.project_id, (CARD,), shows_rows=False)
    assert bearer == Actor(tenant, "token:nightly", ActorKind.SERVICE, PERMISSIONS[Role.OPERATOR])


async def test_what_is_stored_does_not_hold_the_token(domain: Domain, actor: Actor, sql: asyncpg.Connection) -> None:
    issued = await domain.tokens.create(actor, "nightly", OPERATOR, None)
    secret = issued.text.text.removeprefix(f"{issued.text.prefix}_")

    stored = [str(row) for table in ("service_token", "audit_event") for row in await sql.fetch(f"TABLE {table}")]

    assert len(stored) == 2
    assert [row for row in stored if secret in row] == []


async def test_a_project_may_be_named_if_it_is_the_tokens_own(domain: Domain, actor: Actor, stranger: Actor) -> None:
    token = (await domain.tokens.create(actor, "nightly", OPERATOR, None)).text.text

    for own in ("default", str(actor.tenant.project_id)):
        assert await domain.admissions.by_token(token, own)
    for other in ("elsewhere", str(stranger.tenant.project_id), "nowhere"):
        with pytest.raises(NotFound, match=f"There is no project '{other}'"):
            await domain.admissions.by_token(token, other)


async def test_a_token_ends_on_time(timed_domain: Domain, clock: HandClock, actor: Actor) -> None:
    token = (await timed_domain.tokens.create(actor, "nightly", OPERATOR, DAY)).text.text

    clock.advance(days=1, seconds=-1)
    before = await timed_domain.admissions.by_token(token, None)
    clock.advance(seconds=1)

    assert before
    assert await timed_domain.admissions.by_token(token, None) is None


async def test_a_revoked_token_is_of_no_use_and_its_name_is_free_again(domain: Domain, actor: Actor) -> None:
    token = (await domain.tokens.create(actor, "nightly", OPERATOR, None)).text.text

    await domain.tokens.revoke(actor, "nightly")

    assert await domain.admissions.by_token(token, None) is None
    assert await domain.read.access.tokens(actor.tenant) == []
    with pytest.raises(NotFound, match="There is no token 'nightly'"):
        await domain.tokens.revoke(actor, "nightly")
    again = await domain.tokens.create(actor, "nightly", OPERATOR, None)
    assert await domain.read.access.tokens(actor.tenant) == [again.token]


async def test_two_tokens_of_a_project_do_not_share_a_name(domain: Domain, actor: Actor) -> None:
    await domain.tokens.create(actor, "nightly", OPERATOR, None)

    with pytest.raises(Conflict, match="There is a token 'nightly' already"):
        await domain.tokens.create(actor, "nightly", OPERATOR, None)


async def test_the_last_use_is_kept_to_within_some_minutes(
    timed_domain: Domain, clock: HandClock, actor: Actor
) -> None:
    token = (await timed_domain.tokens.create(actor, "nightly", OPERATOR, None)).text.text
    uses = []

    for pause in (0, 4, 2):
        clock.advance(minutes=pause)
        await timed_domain.admissions.by_token(token, None)
        uses.append((await timed_domain.read.access.tokens(actor.tenant))[0].last_used_at)

    assert uses == [clock() - timedelta(minutes=6), clock() - timedelta(minutes=6), clock()]


@pytest.mark.parametrize(
    ("name", "lives", "complaint"),
    [
        (" ", None, "name cannot be blank"),
        ("x" * 201, None, "name has at most 200 characters"),
        ("two\nlines", None, "name is one line"),
        ("nightly", timedelta(), "A token lives for more than 0"),
        ("nightly", LONGEST_LIFE + DAY, "at most 3650 days"),
    ],
)
async def test_what_cannot_be_a_token_is_refused(
    name: str, lives: timedelta | None, complaint: str, domain: Domain, actor: Actor
) -> None:
    with pytest.raises(Invalid, match=complaint):
        await domain.tokens.create(actor, name, OPERATOR, lives)


def test_a_grant_in_no_scope_at_all_is_refused() -> None:
    with pytest.raises(Invalid, match="Name 1 to 100 scopes"):
        Grant(Role.VIEWER, ())


async def test_who_does_not_administer_gives_and_takes_no_tokens(domain: Domain, actor: Actor) -> None:
    await domain.tokens.create(actor, "nightly", OPERATOR, None)
    developer = Actor(actor.tenant, "dev", permissions=PERMISSIONS[Role.DEVELOPER])

    with pytest.raises(Forbidden):
        await domain.tokens.create(developer, "mine", OPERATOR, None)
    with pytest.raises(Forbidden):
        await domain.tokens.revoke(developer, "nightly")

    assert [token.name for token in await domain.read.access.tokens(actor.tenant)] == ["nightly"]
