import ast
import subprocess
import sys

from tests.architecture.sources import PACKAGES, ROOT, Source, sources

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base_utils"}


def test_the_import_contracts_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    checked = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_imports_stand_at_the_top() -> None:
    late = [
        source.at(node)
        for source in sources(*PACKAGES, "tests")
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert late == [], "a late import means a wrong arrow: move what is shared to a module below both"


def test_a_module_is_named_for_what_it_holds() -> None:
    vague = [source.path for source in sources(*PACKAGES, "tests") if VAGUE & set(_names(source))]

    assert vague == [], "name the noun: fqn.py, pages.py, retries.py"


def _names(source: Source) -> list[str]:
    return source.path.removesuffix(".py").split("/")


def test_packages_are_opened_by_empty_files() -> None:
    filled = [source.path for source in sources() if source.path.endswith("__init__.py") and source.text.strip()]

    assert filled == [], "import from the module that holds it; __init__.py stays empty"
