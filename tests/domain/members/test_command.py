"""`python -m domain token | member`, as an operator runs them."""

import re

import pytest

from domain.access.model import PERMISSIONS, Role
from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.settings import Settings
from tests.domain.command import run

pytestmark = pytest.mark.db


async def test_a_token_is_shown_once_listed_and_revoked(
    database_settings: Settings, domain: Domain, actor: Actor
) -> None:
    created, token = await run(
        database_settings, "token", "create", "--role", "viewer", "--scope", "bank.main.card", "nightly"
    )
    _, listed = await run(database_settings, "token", "list")
    bearer = await domain.admissions.by_token(token.strip(), "default")
    revoked, _ = await run(database_settings, "token", "revoke", "nightly")

    assert (created, revoked) == (0, 0)
    assert bearer
    assert (bearer.tenant.within, bearer.permissions) == ((Fqn.parse("bank.main.card"),), PERMISSIONS[Role.VIEWER])
    assert listed == f"{token[:14]}  nightly  viewer  bank.main.card  expires never  last used never\n"
    assert await domain.admissions.by_token(token.strip(), "default") is None


async def test_members_are_granted_listed_and_revoked(
    database_settings: Settings, domain: Domain, actor: Actor
) -> None:
    printed = [
        await run(database_settings, "member", *words.split())
        for words in ("grant --role developer u-1", "grant --role viewer group:all", "revoke group:all", "list")
    ]

    assert printed == [
        (0, "u-1  developer  whole project\n"),
        (0, "group:all  viewer  whole project\n"),
        (0, ""),
        (0, "u-1  developer  whole project\n"),
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["token", "create", "--role", "king", "x"], r"invalid Role value: 'king'"),
        (["token", "create", "--role", "viewer", "--scope", "a..b", "x"], r"argument --scope: "),
        (["token", "create", "--role", "viewer", "--expires-days", "0", "x"], r"not a number of days from 1 to 3650"),
        (["token", "create", "--role", "viewer", "--project", "nowhere", "x"], r"There is no project 'nowhere'"),
        (["token", "revoke", "x"], r"There is no token 'x'"),
        (["member", "revoke", "x"], r"There is no member 'x'"),
    ],
)
async def test_a_mistake_ends_with_2_and_says_why(
    words: list[str], complaint: str, database_settings: Settings
) -> None:
    code, printed = await run(database_settings, *words)

    assert code == 2
    assert re.search(complaint, printed)
