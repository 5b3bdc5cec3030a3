"""Assay with httpx alone: what is wrong with a table, a run on it followed live, and its score.

python docs/clients/httpx_client.py http://127.0.0.1:8000/graphql bank bank.sample_bank.core.customer
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

OPERATIONS = Path(__file__).parents[1] / "operations"
ANSWER_SECONDS = 30
SILENCE_SECONDS = 60  # the server says something at least every 15 seconds


def headers() -> dict[str, str]:
    """Development mode needs neither."""
    known = {"Authorization": os.environ.get("ASSAY_TOKEN"), "X-Project-ID": os.environ.get("ASSAY_PROJECT")}
    return {name: f"Bearer {value}" if name == "Authorization" else value for name, value in known.items() if value}


class Assay:
    def __init__(self, url: str, http: httpx.Client) -> None:
        self._url = url
        self._http = http

    def ask(self, operation: str, **variables: object) -> dict[str, Any]:
        return _field(self._http.post(self._url, json=_request(operation, variables)).json())

    def events(self, operation: str, **variables: object) -> Iterator[dict[str, Any]]:
        """Those of a subscription, as server-sent events, until it is complete."""
        accept = {"Accept": "text/event-stream"}
        request = _request(operation, variables)
        with self._http.stream("POST", self._url, json=request, headers=accept, timeout=SILENCE_SECONDS) as reply:
            for line in reply.iter_lines():
                if line == "event: complete":
                    return
                if line.startswith("data:"):
                    yield _field(json.loads(line.removeprefix("data:")))
        raise httpx.RemoteProtocolError("The stream broke off.")

    def follow(self, run_id: str) -> Iterator[dict[str, Any]]:
        """All events of a run: a stream that breaks off is taken up again behind the last cursor."""
        after = None
        while True:
            try:
                for event in self.events("subscriptions/workflowRunEvents", runId=run_id, after=after):
                    after = event["cursor"]
                    yield event
            except httpx.TransportError:
                time.sleep(1)
            else:
                return


def _request(operation: str, variables: dict[str, object]) -> dict[str, Any]:
    return {"query": (OPERATIONS / f"{operation}.graphql").read_text(), "variables": variables}


def _field(answer: dict[str, Any]) -> dict[str, Any]:
    """The only one of an answer. A problem, expected or not, ends the program."""
    if "errors" in answer:
        sys.exit(answer["errors"][0]["message"])
    (field,) = answer["data"].values()
    if field and "message" in field and "code" in field:
        sys.exit(f"{field['code']}: {field['message']}")
    return dict(field)


def report(assay: Assay, connection: str, table: str) -> None:
    for edge in assay.ask("queries/violations", scope=table)["edges"]:
        print("violation", edge["node"]["severity"], edge["node"]["assetFqn"])
    wanted = {"connection": connection, "targets": [{"table": table}]}
    run = assay.ask("mutations/startProfiling", input=wanted)["run"]
    for event in assay.follow(run["id"]):
        match event["__typename"]:
            case "WorkflowRunStateChanged":
                print("run", event["status"])
            case "WorkflowRunProgressed":
                print("table", event["item"], event["itemStatus"])
    card = assay.ask("queries/scorecard", scope=table, metric="complete_values")
    print("scorecard", card["state"], card["score"])


def main(url: str, connection: str, table: str) -> None:
    with httpx.Client(headers=headers(), timeout=ANSWER_SECONDS) as http:
        report(Assay(url, http), connection, table)


if __name__ == "__main__":
    main(*sys.argv[1:])
