"""Prompts are files; their first line holds the version, which the ledger names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    version: int
    instructions: str

    @property
    def purpose(self) -> str:
        """As the ledger writes it, e.g. `describe_table@1`."""
        return f"{self.name}@{self.version}"


@cache
def load_prompt(name: str) -> Prompt:
    text = files("flows.llm.prompts").joinpath(f"{name}.md").read_text("utf-8")
    first, _, rest = text.partition("\n")
    return Prompt(name, int(first.removeprefix("version:")), rest.strip())


def quote(data: Mapping[str, object]) -> str:
    """Database text as data: JSON between marks that no text inside it can close."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1)
    return f"<data>\n{text.replace('<', chr(92) + 'u003c')}\n</data>"
