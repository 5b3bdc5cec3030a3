from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from deploy.local.checks import (
    Check,
    Outcome,
    check_disk,
    check_home,
    check_packages,
    check_ports,
    check_provider,
    check_python,
)
from deploy.local.database_checks import check_database
from domain.settings import Settings

SUMMARY = "say what is missing or misconfigured, and how to mend it"


def add_arguments(parser: ArgumentParser) -> None:
    del parser


def run(arguments: Namespace, settings: Settings) -> int:
    del arguments
    is_well = True
    for check in _checks(settings):
        print(f"{check.subject:<17} {check.outcome:<14} {check.finding}")
        if check.mend:
            print(f"{'':<32} -> {check.mend}")
        is_well = is_well and check.outcome is Outcome.OK
    return 0 if is_well else 1


def _checks(settings: Settings) -> Iterator[Check]:
    yield Check("settings", Outcome.OK, f"{settings.mode} mode")
    yield check_python()
    yield check_packages()
    yield check_home(settings)
    yield check_disk(settings)
    yield from check_database(settings)
    yield from check_ports(settings)
    yield check_provider(settings)
