"""`token` and `member`: who may do what, as an operator decides it on the machine of the installation."""

import argparse
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta

from domain.access.model import DEFAULT_PROJECT, Role, system_actor
from domain.bootstrap import Domain, open_domain
from domain.errors import DomainError
from domain.fqn import Fqn
from domain.identity import Actor
from domain.members.model import Grant
from domain.members.tokens import LONGEST_LIFE
from domain.settings import Settings

TOKEN = "create, list or revoke the tokens of programs"  # noqa: S105 - a line of help
MEMBER = "grant, revoke or list who may do what in a project"
_OPERATOR = "operator"
"""Under which name the changes are recorded: whoever may run commands on the installation."""

_Act = Callable[[Domain, Actor, argparse.Namespace], Awaitable[Iterator[str]]]


def add_token_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = _action(actions, "create", "make a token; it is shown once", _create_token)
    _add_grant(create)
    create.add_argument(
        "--expires-days", type=_days, metavar="N", help="how long it is valid (default: until it is revoked)"
    )
    create.add_argument("name", metavar="NAME", help="what the token is for")
    _action(actions, "list", "the tokens that were not revoked", _list_tokens)
    revoke = _action(actions, "revoke", "let a token be of no use any more", _revoke_token)
    revoke.add_argument("name", metavar="NAME")


def add_member_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    grant = _action(actions, "grant", "make somebody a member, or change what they may do", _grant)
    _add_grant(grant)
    grant.add_argument("subject", metavar="SUBJECT", help="as the identity provider calls them, or group:NAME")
    _action(actions, "list", "the members and what they may do", _list_members)
    revoke = _action(actions, "revoke", "let somebody be a member no more", _revoke)
    revoke.add_argument("subject", metavar="SUBJECT")


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, act: _Act
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary, description=summary)
    parser.add_argument("--project", default=DEFAULT_PROJECT, metavar="P", help="its name or id (default: %(default)s)")
    parser.set_defaults(act=act)
    return parser


def _add_grant(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", required=True, type=Role, choices=list(Role), metavar="R", help=", ".join(Role))
    parser.add_argument(
        "--scope",
        dest="scopes",
        type=_scope,
        action="append",
        metavar="FQN",
        help="only this part of the catalogue; may be given several times",
    )


def _scope(text: str) -> Fqn:
    try:
        return Fqn.parse(text)
    except DomainError as error:
        raise argparse.ArgumentTypeError(error.message) from None


def _days(text: str) -> timedelta:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_LIFE.days:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to {LONGEST_LIFE.days}")
    return timedelta(days=int(text))


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Carry out the action that was parsed; `DomainError` says why it is refused."""
    async with open_domain(settings, pooled=False) as domain:
        tenant = await domain.access.tenant_of(arguments.project)
        for line in await arguments.act(domain, system_actor(tenant, _OPERATOR), arguments):
            print(line)  # noqa: T201 - what the operator asked for
    return 0


def _grant_of(arguments: argparse.Namespace) -> Grant:
    return Grant(arguments.role, tuple(arguments.scopes) if arguments.scopes else None)


async def _create_token(domain: Domain, actor: Actor, arguments: argparse.Namespace) -> Iterator[str]:
    issued = await domain.tokens.create(actor, arguments.name, _grant_of(arguments), arguments.expires_days)
    return iter((issued.text.text,))


async def _revoke_token(domain: Domain, actor: Actor, arguments: argparse.Namespace) -> Iterator[str]:
    await domain.tokens.revoke(actor, arguments.name)
    return iter(())


async def _list_tokens(domain: Domain, actor: Actor, _: argparse.Namespace) -> Iterator[str]:
    found = await domain.read.access.tokens(actor.tenant)
    return (
        "  ".join(
            (
                token.prefix,
                token.name,
                _told(token.grant),
                f"expires {_moment(token.expires_at)}",
                f"last used {_moment(token.last_used_at)}",
            )
        )
        for token in found
    )


async def _grant(domain: Domain, actor: Actor, arguments: argparse.Namespace) -> Iterator[str]:
    member = await domain.members.grant(actor, arguments.subject, _grant_of(arguments))
    return iter((f"{member.subject}  {_told(member.grant)}",))


async def _revoke(domain: Domain, actor: Actor, arguments: argparse.Namespace) -> Iterator[str]:
    await domain.members.revoke(actor, arguments.subject)
    return iter(())


async def _list_members(domain: Domain, actor: Actor, _: argparse.Namespace) -> Iterator[str]:
    return (f"{member.subject}  {_told(member.grant)}" for member in await domain.read.access.members(actor.tenant))


def _told(grant: Grant) -> str:
    where = "whole project" if grant.scopes is None else ", ".join(str(scope) for scope in grant.scopes)
    return f"{grant.role}  {where}"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"
