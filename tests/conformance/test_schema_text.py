"""The text of the schema keeps to the conventions, and to what clients were promised."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conformance.tools import Tools
from tests.e2e.installation import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SCHEMA = PROJECT / "schema.graphql"
RELEASED = PROJECT / "docs" / "schema" / "released.graphql"
RULES = Path(__file__).with_name("schema.eslint.config.mjs")


@pytest.fixture
def text(tools: Tools) -> str:
    """Name of the schema's file as linters read it.

    They take every type whose name ends in Connection for a page of a list; DataConnection is the product's word.
    """
    named = re.sub(r"\bDataConnection\b", "ConnectedSource", SCHEMA.read_text())
    (tools.folder / "schema.graphql").write_text(named)
    return "schema.graphql"


async def test_eslint_finds_no_error(tools: Tools, text: str) -> None:
    shutil.copy(RULES, tools.folder)

    linted = await tools.run("npx", "eslint", "--config", RULES.name, text)

    assert (linted.code, linted.output) == (0, "")


async def test_schema_linter_finds_no_error(tools: Tools, text: str) -> None:
    linted = await tools.run("npm", "run", "--silent", "schema-linter")

    assert linted.code == 0, linted.output
    assert "0 errors detected" in linted.output, f"{text}: {linted.output}"


async def test_nothing_is_broken_that_was_released_unless_it_was_deprecated_first(tools: Tools) -> None:
    rule = ("--rule", "suppressRemovalOfDeprecatedField")

    compared = await tools.run("npx", "graphql-inspector", "diff", str(RELEASED), str(SCHEMA), *rule)

    assert compared.code == 0, compared.output
