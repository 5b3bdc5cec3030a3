from dataclasses import replace

import asyncpg
import pytest

from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import Domain
from domain.errors import Forbidden, Invalid, NotFound
from domain.fqn import Fqn
from domain.identity import Actor, Tenant
from domain.members.model import Grant, Member
from tests.factories.rules import assess, executed
from tests.factories.scenes import CARD as PUBLIC_CARD
from tests.factories.scenes import ruled_bank
from tests.fakes.clock import HandClock

pytestmark = pytest.mark.db

CARD = Fqn.parse('"b.k".main.card')


async def test_a_member_acts_under_their_name_with_their_role_in_their_scopes(domain: Domain, actor: Actor) -> None:
    await domain.members.grant(actor, "u-1", Grant(Role.MEMBER, (CARD,)))

    grace = await domain.admissions.by_subjects("grace@bank.test", ["u-1"], None)

    tenant = Tenant(actor.tenant.organization_id, actor.tenant.project_id, (CARD,))
    assert grace == Actor(tenant, "grace@bank.test", permissions=PERMISSIONS[Role.MEMBER])


async def test_a_project_without_membership_is_not_found(domain: Domain, actor: Actor, stranger: Actor) -> None:
    await domain.members.grant(actor, "u-1", Grant(Role.OWNER))

    for other in ("elsewhere", str(stranger.tenant.project_id), "nowhere"):
        with pytest.raises(NotFound, match=f"There is no project '{other}'"):
            await domain.admissions.by_subjects("grace", ["u-1"], other)


async def test_granting_again_replaces_what_was_granted(timed_domain: Domain, clock: HandClock, actor: Actor) -> None:
    await timed_domain.members.grant(actor, "u-1", Grant(Role.MEMBER, (CARD,)))
    await timed_domain.members.grant(actor, "u-1", Grant(Role.VIEWER))

    assert await timed_domain.read.access.members(actor.tenant) == [Member("u-1", Grant(Role.VIEWER), "ada", clock())]


async def test_who_was_revoked_is_no_member(domain: Domain, actor: Actor) -> None:
    await domain.members.grant(actor, "u-1", Grant(Role.OWNER))

    await domain.members.revoke(actor, "u-1")

    with pytest.raises(NotFound, match="There is no project 'default'"):
        await domain.admissions.by_subjects("grace", ["u-1"], None)
    with pytest.raises(NotFound, match="There is no member 'u-1'"):
        await domain.members.revoke(actor, "u-1")


async def test_groups_count_where_there_is_no_membership_of_their_own(domain: Domain, actor: Actor) -> None:
    await domain.members.grant(actor, "group:stewards", Grant(Role.MEMBER))
    await domain.members.grant(actor, "group:all", Grant(Role.VIEWER))
    subjects = ["u-1", "group:all", "group:stewards"]

    by_group = await domain.admissions.by_subjects("grace", subjects, None)
    await domain.members.grant(actor, "u-1", Grant(Role.OPERATOR))
    by_herself = await domain.admissions.by_subjects("grace", subjects, None)

    assert by_group.permissions == PERMISSIONS[Role.MEMBER]
    assert by_herself.permissions == PERMISSIONS[Role.OPERATOR]


async def test_who_does_not_administer_changes_no_membership(
    domain: Domain, actor: Actor, sql: asyncpg.Connection
) -> None:
    await domain.members.grant(actor, "u-1", Grant(Role.VIEWER))
    before = await sql.fetch("TABLE member")
    developer = Actor(actor.tenant, "dev", permissions=PERMISSIONS[Role.DEVELOPER])

    with pytest.raises(Forbidden):
        await domain.members.grant(developer, "u-1", Grant(Role.OWNER))
    with pytest.raises(Forbidden):
        await domain.members.revoke(developer, "u-1")

    assert await sql.fetch("TABLE member") == before


@pytest.mark.parametrize("subject", ["", "two\nlines", "x" * 201])
async def test_what_cannot_be_a_subject_is_refused(subject: str, domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid, match=r"subject (cannot|is|has)"):
        await domain.members.grant(actor, subject, Grant(Role.VIEWER))


@pytest.mark.parametrize(
    ("role", "is_told"),
    [
        (Role.VIEWER, False),
        (Role.OPERATOR, False),
        (Role.MEMBER, True),
        (Role.DEVELOPER, True),
        (Role.ADMIN, True),
        (Role.OWNER, True),
    ],
)
async def test_which_rows_fail_is_told_to_those_who_write(
    role: Role, is_told: bool, domain: Domain, actor: Actor
) -> None:
    rule = (await ruled_bank(domain, actor))[PUBLIC_CARD]
    measured = executed(rule, domain.clock(), failed=1)
    rows = replace(measured.evaluation, failing_keys=({"id": "7"},), failing_rows_sql="SELECT id")
    await assess(domain, actor, PUBLIC_CARD, replace(measured, evaluation=rows))
    await domain.members.grant(actor, "u-1", Grant(role))

    tenant = (await domain.admissions.by_subjects("grace", ["u-1"], None)).tenant
    (execution,) = (await domain.read.rules.newest_executions(tenant, [rule.id])).values()

    told = (execution.shows_rows, execution.evaluation.failing_keys, execution.evaluation.failing_rows_sql)
    assert told == ((True, ({"id": "7"},), "SELECT id") if is_told else (False, (), None))
    assert execution.evaluation.failed == 1
