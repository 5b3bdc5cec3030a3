"""The options that every command of `assay` takes; each is a setting under another name."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

OPTIONS = {
    "--home": ("ASSAY_HOME", "FOLDER", "where everything of this installation lives"),
    "--bind": ("ASSAY_BIND", "ADDRESS", "the address to listen on"),
    "--api-port": ("ASSAY_API_PORT", "PORT", "the port of the API"),
    "--prefect-port": ("ASSAY_PREFECT_PORT", "PORT", "the port of Prefect and its user interface"),
    "--mode": ("ASSAY_MODE", "MODE", "development (no sign-in, this machine only) or production"),
}
DEFAULTS = {"ASSAY_MODE": "development"}


def add_settings(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("settings, over the environment and config.yaml")
    for option, (variable, metavar, meaning) in OPTIONS.items():
        group.add_argument(option, dest=variable, metavar=metavar, help=f"{meaning} ({variable})")


def overrides(arguments: Namespace, environment: Mapping[str, str]) -> dict[str, str]:
    given = {variable: getattr(arguments, variable) for variable, _, _ in OPTIONS.values()}
    unset = {variable: value for variable, value in DEFAULTS.items() if variable not in environment}
    return unset | {variable: value for variable, value in given.items() if value is not None}
