"""Task runners that come with an optional extra of this package."""

from importlib.util import find_spec
from typing import Literal

from domain.settings import SettingsError


def require_installed(task_runner: Literal["threads", "dask", "ray"]) -> None:
    if task_runner != "threads" and find_spec(f"prefect_{task_runner}") is None:
        raise SettingsError(
            f"runs.task_runner: {task_runner} needs packages that are not installed: "
            f"pip install 'assay[{task_runner}]', or choose threads."
        )
