"""What Schemathesis makes up: it loads this file beside the checks of its own.

Half of it fits what the server holds, so that requests reach more than "there is none" and "that is no cursor".
"""

import json
import os
from typing import Any

import schemathesis
import schemathesis_hooks  # type: ignore[import-not-found]  # noqa: F401 - the checks; found where Schemathesis is started
from graphql import REMOVE, ArgumentNode, DocumentNode, Visitor, visit
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from tests.conformance.known import KNOWN

known = json.loads(os.environ[KNOWN])
part = st.text(min_size=1, max_size=12)
small, any_int = st.integers(0, 100), st.integers(-(2**31), 2**31 - 1)
ids = st.sampled_from(known["ids"]) | st.text(max_size=40)
fqns = st.sampled_from(known["fqns"]) | st.lists(part, min_size=1, max_size=5).map(".".join)
decimals = st.decimals(min_value=-10, max_value=10, allow_nan=False, places=3).map(str)
crons = st.sampled_from(["0 6 * * *", "*/5 * * * 1-5", "61 * * * *"]) | st.text(max_size=20)

schemathesis.graphql.scalar("Int", (small | any_int).map(nodes.Int))
for name, values in {"ID": ids, "Fqn": fqns, "Decimal": decimals, "Cron": crons}.items():
    schemathesis.graphql.scalar(name, values.map(nodes.String))


class FirstPages(Visitor):
    def enter_argument(self, node: ArgumentNode, *_: object) -> Any:  # as the visitor wants it
        return REMOVE if node.name.value in {"after", "before", "last"} else None


def ask_for_first_pages(document: DocumentNode) -> DocumentNode:
    asked: DocumentNode = visit(document, FirstPages())
    return asked


@schemathesis.hook
def before_generate_body(_context: object, strategy: st.SearchStrategy[DocumentNode]) -> object:
    return strategy | strategy.map(ask_for_first_pages)
