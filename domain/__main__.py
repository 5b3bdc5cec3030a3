"""`python -m domain migrate | check | revision MESSAGE`: the database's schema."""

import argparse
import asyncio
import sys

from domain.bootstrap import open_domain
from domain.migrations.runner import differences, migrate, write_migration
from domain.migrations.tenant_wall import TenantRoleRefused
from domain.settings import Settings, SettingsError, load_settings


async def _seed(settings: Settings) -> None:
    async with open_domain(settings, pooled=False) as domain:
        await domain.access.ensure_default_project()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m domain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("migrate", help="bring the schema to the newest version and seed the default project")
    commands.add_parser("check", help="migrate, then compare the models with the migrated database")
    commands.add_parser("revision", help="write a migration from the models").add_argument("message")
    arguments = parser.parse_args()
    try:
        settings = load_settings()
        settings.database_url()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        migrate(settings)
    except TenantRoleRefused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    if arguments.command == "revision":
        write_migration(settings, arguments.message)
        return 0
    if arguments.command == "check" and (found := differences(settings)):
        print(f"{found}\nWrite the migration: python -m domain revision 'what changed'", file=sys.stderr)
        return 1
    asyncio.run(_seed(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
