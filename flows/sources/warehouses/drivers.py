"""The engines' drivers, which come with an extra of this package each."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from flows.failures import SourceUnreachable


def load_driver(module: str, extra: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise SourceUnreachable(
            f"The driver of this source is not installed where flows run: pip install 'assay[{extra}]'."
        ) from None
