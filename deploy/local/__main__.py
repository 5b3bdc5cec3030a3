"""The `assay` command."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import Protocol

from deploy.local import doctor, down, status, up, verify_audit
from deploy.local.access import MEMBER, TOKEN
from deploy.local.demo import command as demo
from deploy.local.errors import LauncherError
from deploy.local.options import add_settings, overrides
from domain.settings import Settings, SettingsError, load_settings

CANNOT = 2
INTERRUPTED = 130


class Command(Protocol):
    """A module can be one."""

    @property
    def SUMMARY(self) -> str: ...  # noqa: N802 - a constant of those that are modules
    def add_arguments(self, parser: ArgumentParser) -> None: ...
    def run(self, arguments: Namespace, settings: Settings) -> int: ...


COMMANDS: Mapping[str, Command] = {
    "up": up,
    "demo": demo,
    "status": status,
    "doctor": doctor,
    "token": TOKEN,
    "member": MEMBER,
    "verify-audit": verify_audit,
    "down": down,
}


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    try:
        settings = load_settings(overrides(parsed, os.environ))
        return COMMANDS[parsed.command].run(parsed, settings)
    except (LauncherError, SettingsError) as error:
        print(f"assay: {error}", file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="assay", description="Data governance on your own machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        own = commands.add_parser(name, help=command.SUMMARY, description=command.SUMMARY)
        add_settings(own)
        command.add_arguments(own)
    return parser


if __name__ == "__main__":
    sys.exit(main())
