"""Which files of a folder are tables, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from flows.failures import TableFailed

ROOT_SCHEMA = "main"
"""The schema of the files that lie in the folder itself."""


class Format(Enum):
    CSV = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
    PARQUET = (".parquet",)
    JSON = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")


def format_of(file: Path) -> Format | None:
    return next((form for form in Format if file.name.lower().endswith(form.value)), None)


def schema_folders(root: Path) -> Mapping[str, Path]:
    folders = {path.name: path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")}
    if not table_files(root) and folders:
        return folders
    if ROOT_SCHEMA in folders:
        raise TableFailed(
            f"{root} holds files, whose schema is {ROOT_SCHEMA!r}, and a folder of that name; rename the folder."
        )
    return {**folders, ROOT_SCHEMA: root}


def table_files(folder: Path) -> Mapping[str, Path]:
    """By table: the file's name without its ending, or the whole of it where two files would share one."""
    files = [path for path in folder.iterdir() if not path.name.startswith(".") and format_of(path) and _is_file(path)]
    shared = Counter(map(_stem, files))
    return {_stem(file) if shared[_stem(file)] == 1 else file.name: file for file in files}


def _is_file(path: Path) -> bool:
    return path.is_file() or path.is_symlink()


def _stem(file: Path) -> str:
    form = format_of(file)
    assert form is not None, "only data files have tables"
    ending = max((one for one in form.value if file.name.lower().endswith(one)), key=len)
    return file.name[: -len(ending)] or file.name
