"""Files and folders that the settings of a connection name."""

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb

from flows.failures import SourceUnreachable
from flows.sources.dialect import quote_name, quote_text


def reach_file(path: Path, allowed: Path | None) -> None:
    _stay_beneath(path, allowed)
    if not path.exists():
        raise SourceUnreachable(f"{path} cannot be reached: there is no such file where the worker runs.")
    if not path.is_file():
        raise SourceUnreachable(f"{path} cannot be reached: it is no file.")
    if not os.access(path, os.R_OK):
        raise SourceUnreachable(f"{path} cannot be reached: permission denied.")


def reach_folder(path: Path, allowed: Path | None) -> None:
    _stay_beneath(path, allowed)
    if not path.is_dir():
        raise SourceUnreachable(f"{path} cannot be reached: there is no such folder where the worker runs.")
    if not os.access(path, os.R_OK | os.X_OK):
        raise SourceUnreachable(f"{path} cannot be reached: permission denied.")


def is_inside(path: Path, folder: Path) -> bool:
    """Wherever links lead."""
    return path.resolve().is_relative_to(folder.resolve())


def _stay_beneath(path: Path, allowed: Path | None) -> None:
    if allowed is not None and not is_inside(path, allowed):
        raise SourceUnreachable(
            f"{path} cannot be reached: files have to lie beneath {allowed}, as source.files_folder says."
        )


def close_the_disk(engine: duckdb.DuckDBPyConnection, folders: Iterable[Path]) -> None:
    """From here on the engine opens nothing but what lies in these folders, whatever a view asks for."""
    engine.execute(f"SET allowed_directories = [{', '.join(quote_text(str(folder)) for folder in folders)}]")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")


def in_schema(door: str, schema: str, table: str) -> str:
    return ".".join(map(quote_name, (door, schema, table)))
