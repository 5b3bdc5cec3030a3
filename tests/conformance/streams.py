"""Subscriptions as the checks need them: one that tells a little and ends, one that goes on, one that is silent."""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from tests.e2e import bank
from tests.e2e.client import GraphQL

PAUSE_SECONDS = 0.1
UPSERT = """mutation ($input: UpsertGlossaryTermInput!) { upsertGlossaryTerm(input: $input) {
  ... on UpsertGlossaryTermSuccess { term { id version } } ... on Error { message } } }"""


@dataclass(frozen=True, slots=True)
class Streams:
    ending: str
    endless: str
    silent: str

    def settings(self) -> Mapping[str, str]:
        """The environment of the checks."""
        return {
            "GQL_SUBSCRIPTION": self.ending,
            "GQL_SUBSCRIPTION_ENDLESS": self.endless,
            "GQL_SUBSCRIPTION_IDLE": self.silent,
        }


async def make_streams(api: GraphQL) -> Streams:
    """What ends is a run that is over, from its beginning on."""
    run = await bank.start(api, "startProfiling", "bank", bank.CORE)
    beginning = (await bank.complete(api, run))[0]["cursor"]
    return Streams(
        ending=f'subscription {{ workflowRunEvents(runId: "{run}", after: "{beginning}") {{ __typename }} }}',
        endless="subscription { events(types: [GLOSSARY_CHANGED]) { cursor occurredAt } }",
        silent='subscription { workflowRunsChanged(scope: "nowhere") { cursor } }',
    )


async def keep_events_coming(api: GraphQL) -> None:
    """Without end: one change of the glossary after the other."""
    known: dict[str, object] = {}
    for number in itertools.count():
        words = {"name": "Turnover", "definition": f"Sales of a period, said in {number} ways."}
        term = (await api.do(UPSERT, input=words | known))["term"]
        known = {"termId": term["id"], "expectedVersion": term["version"]}
        await asyncio.sleep(PAUSE_SECONDS)
