"""References to secrets, and the values behind them. A value leaves this module only towards a driver."""

import os
from collections.abc import Mapping
from pathlib import Path

from domain.settings import SECRET_PREFIX
from flows.failures import SourceUnreachable


def resolve_secret(reference: str, secrets_folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """The secret behind `env:NAME` (the variable ASSAY_SECRET_NAME) or `file:NAME` (a file in the folder)."""
    scheme, _, name = reference.partition(":")
    match scheme:
        case "env":
            return _from_environment(name, os.environ if environment is None else environment)
        case "file":
            return _from_file(name, secrets_folder)
        case _:
            raise SourceUnreachable("The connection's secret is not a reference; write env:NAME or file:NAME.")


def _from_environment(name: str, environment: Mapping[str, str]) -> str:
    variable = SECRET_PREFIX + name
    if variable not in environment:
        raise SourceUnreachable(f"The secret env:{name} is not there: set the environment variable {variable}.")
    return environment[variable]


def _from_file(name: str, folder: Path) -> str:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise SourceUnreachable(f"The secret file:{name} points outside the secrets folder.")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourceUnreachable(f"The secret file:{name} is not there: put it into {folder}.") from None
    except (OSError, UnicodeDecodeError):
        raise SourceUnreachable(f"The secret file:{name} cannot be read as UTF-8 text.") from None
    return text.removesuffix("\n").removesuffix("\r")
