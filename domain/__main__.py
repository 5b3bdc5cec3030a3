"""`python -m domain migrate | check | revision MESSAGE | token | member | verify-audit | apply-retention`."""

import argparse
import asyncio
import re
import sys
from collections import defaultdict
from collections.abc import Sequence

from domain import access_command
from domain.audit.report import lines
from domain.bootstrap import open_domain
from domain.errors import DomainError
from domain.identity import ProjectId
from domain.migrations.runner import differences, migrate, write_migration
from domain.migrations.tenant_wall import TenantRoleRefused
from domain.retention.model import Kind, policy_of
from domain.settings import Settings, SettingsError, load_settings


async def _seed(settings: Settings) -> None:
    async with open_domain(settings, pooled=False) as domain:
        await domain.access.ensure_default_project()


async def _verify_audit(settings: Settings, heads: Sequence[tuple[str, str]]) -> int:
    expected: defaultdict[ProjectId, set[str]] = defaultdict(set)
    async with open_domain(settings, pooled=False) as domain:
        for project, digest in heads:
            expected[(await domain.access.tenant_of(project)).project_id].add(digest)
        found = await domain.verification.verify(expected)
    print(*lines(found), sep="\n")
    return 0 if found.is_whole else 1


async def _apply_retention(settings: Settings) -> int:
    async with open_domain(settings, pooled=False) as domain:
        for kind in Kind:
            print(f"{kind}: {await domain.sweep.remove(policy_of(settings.retention), kind):,} removed")
        renewed = await domain.sweep.renew_partitions()
    print(f"partitions: {len(renewed.made)} made, {len(renewed.dropped)} dropped")
    return 0


def _head(text: str) -> tuple[str, str]:
    project, _, digest = text.rpartition("=")
    if not project or not re.fullmatch("[0-9a-f]{64}", digest):
        raise argparse.ArgumentTypeError(f"{text!r} is not PROJECT=HASH with 64 hexadecimal digits")
    return project, digest


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m domain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the schema to the newest version and seed the default project")
    commands.add_parser("check", help="migrate, then compare the models with the migrated database")
    commands.add_parser("revision", help="write a migration from the models").add_argument("message")
    access_command.add_token_arguments(commands.add_parser("token", help=access_command.TOKEN))
    access_command.add_member_arguments(commands.add_parser("member", help=access_command.MEMBER))
    verify = commands.add_parser("verify-audit", help="recompute the chains of audit events; exit code 1 if one broke")
    verify.add_argument(
        "--expect-head",
        metavar="PROJECT=HASH",
        type=_head,
        action="append",
        default=[],
        help="require this event too: a head that an earlier verification printed and that was kept elsewhere",
    )
    commands.add_parser("apply-retention", help="remove what has expired, as the flow of that name does every night")
    return parser


def _change_schema(settings: Settings, arguments: argparse.Namespace) -> int:
    migrate(settings)
    if arguments.command == "revision":
        write_migration(settings, arguments.message)
        return 0
    if arguments.command == "check" and (found := differences(settings)):
        print(f"{found}\nWrite the migration: python -m domain revision 'what changed'", file=sys.stderr)
        return 1
    asyncio.run(_seed(settings))
    return 0


def main() -> int:
    arguments = _parser().parse_args()
    try:
        settings = load_settings()
        settings.database_url()
        if arguments.command in {"token", "member"}:
            return asyncio.run(access_command.run(settings, arguments))
        if arguments.command == "verify-audit":
            return asyncio.run(_verify_audit(settings, arguments.expect_head))
        if arguments.command == "apply-retention":
            return asyncio.run(_apply_retention(settings))
        return _change_schema(settings, arguments)
    except (SettingsError, TenantRoleRefused, DomainError) as refusal:
        print(refusal, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
