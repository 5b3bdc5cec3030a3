"""The project's own Python files, as text and as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("api", "domain", "flows", "deploy")


@dataclass(frozen=True, slots=True)
class Source:
    path: str
    """Relative to the project, with slashes."""
    text: str
    tree: ast.Module

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Where something stands, as an editor opens it."""
        return f"{self.path}:{node.lineno}"


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All files of these folders; of the four packages when none is named."""
    return tuple(_read(folders or PACKAGES))


def _read(folders: tuple[str, ...]) -> Iterator[Source]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            text = file.read_text()
            yield Source(file.relative_to(ROOT).as_posix(), text, ast.parse(text))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the name of what is called, dots and all, as far as it is made of names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(name):
            return name
        case ast.Attribute(value, attribute):
            return f"{dotted(value)}.{attribute}"
        case ast.Call(function):
            return f"{dotted(function)}()"
    return "?"
