"""Ids and FQNs of what a server holds, for requests that are made up.

No connection is among them: one that a made-up request deletes would be missed by the tests after it.
"""

from collections.abc import Mapping, Sequence

from tests.e2e import bank
from tests.e2e.client import GraphQL

KNOWN = "ASSAY_KNOWN"
HELD = """query ($scope: Fqn!) {
  assets(scope: $scope, first: 30) { edges { node { id fqn } } }
  workflowRuns(first: 10) { edges { node { id } } }
  violations(first: 10) { edges { node { id } } }
  dqRules(first: 10) { edges { node { id } } }
  glossaryTerms(first: 5) { edges { node { id } } } }"""


async def known_to(api: GraphQL) -> Mapping[str, Sequence[str]]:
    held = await api.ask(HELD, scope=bank.CORE)
    nodes = [edge["node"] for connection in held.values() for edge in connection["edges"]]
    return {"ids": [node["id"] for node in nodes], "fqns": ["bank", *(node["fqn"] for node in nodes if "fqn" in node)]}
