"""What is asked for."""

from dataclasses import dataclass

import httpx

from benchmarks.graphql.installation import Server
from benchmarks.scale import names

PAGES = 10
"""Of 100, the most that a page can hold: a list of 1,000."""
SCHEMA = str(names.schema(0))
FIELDS = (
    "id", "fqn", "name", "type", "version", "sourceComment", "dataType", "nullable", "description", "sensitivity",
    "createdAt", "updatedAt",
)  # fmt: skip
TINY = "{ viewer { name } }"
NESTED = """query ($schema: Fqn!) { asset(fqn: $schema) { children { name columns { id name type } } } }"""
_PAGE = "assets(scope: $schema, first: 100, after: $after) { pageInfo { endCursor } }"


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    query: str
    variables: dict[str, str]


def questions(server: Server) -> list[Question]:
    scope = {"schema": SCHEMA}
    cursors = {f"c{number}": cursor for number, cursor in enumerate(_cursors(server), 1)}
    return [
        Question("tiny", TINY, {}),
        Question("list", _list_query(), scope | cursors),
        Question("nested", NESTED, scope),
    ]


def _list_query() -> str:
    declared = "".join(f", $c{page}: String" for page in range(1, PAGES))
    return f"query ($schema: Fqn!{declared}) {{ {' '.join(_page(page) for page in range(PAGES))} }}"


def _page(number: int) -> str:
    after = f", after: $c{number}" if number else ""
    return f"p{number}: assets(scope: $schema, first: 100{after}) {{ edges {{ node {{ {' '.join(FIELDS)} }} }} }}"


def _cursors(server: Server) -> list[str]:
    """Where the pages after the first one begin."""
    cursors: list[str] = []
    query = f"query ($schema: Fqn!, $after: String) {{ {_PAGE} }}"
    while len(cursors) < PAGES - 1:
        variables = {"schema": SCHEMA, "after": cursors[-1] if cursors else None}
        reply = httpx.post(server.graphql, json={"query": query, "variables": variables}, trust_env=False)
        cursors.append(reply.json()["data"]["assets"]["pageInfo"]["endCursor"])
    return cursors
