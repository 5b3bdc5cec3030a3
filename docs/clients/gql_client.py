"""Assay with gql: what is wrong with a table, a run on it followed live over a WebSocket, and its score.

pip install 'gql[httpx,websockets]'
python docs/clients/gql_client.py http://127.0.0.1:8000/graphql bank bank.sample_bank.core.customer
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

OPERATIONS = Path(__file__).parents[1] / "operations"


def headers() -> dict[str, str]:
    """Development mode needs neither."""
    token, project = os.environ.get("ASSAY_TOKEN"), os.environ.get("ASSAY_PROJECT")
    return ({"Authorization": f"Bearer {token}"} if token else {}) | ({"X-Project-ID": project} if project else {})


def request(operation: str, **variables: object) -> GraphQLRequest:
    return GraphQLRequest((OPERATIONS / f"{operation}.graphql").read_text(), variable_values=variables)


async def follow(url: str, run_id: str) -> None:
    socket = WebsocketsTransport(url=url.replace("http", "ws", 1), init_payload=headers())
    async with Client(transport=socket) as session:
        async for data in session.subscribe(request("subscriptions/workflowRunEvents", runId=run_id)):
            show(data["workflowRunEvents"])


def show(event: dict[str, Any]) -> None:
    match event["__typename"]:
        case "WorkflowRunStateChanged":
            print("run", event["status"])
        case "WorkflowRunProgressed":
            print("table", event["item"], event["itemStatus"])


async def profile(session: AsyncClientSession, connection: str, table: str) -> str:
    """The id of the new run; a problem, such as a table that is not there, ends the program."""
    wanted = {"connection": connection, "targets": [{"table": table}]}
    started = (await session.execute(request("mutations/startProfiling", input=wanted)))["startProfiling"]
    if started["__typename"] != "StartProfilingSuccess":
        sys.exit(f"{started['code']}: {started['message']}")
    return str(started["run"]["id"])


async def main(url: str, connection: str, table: str) -> None:
    async with Client(transport=HTTPXAsyncTransport(url=url, headers=headers())) as session:
        found = await session.execute(request("queries/violations", scope=table))
        for edge in found["violations"]["edges"]:
            print("violation", edge["node"]["severity"], edge["node"]["assetFqn"])
        await follow(url, await profile(session, connection, table))
        card = (await session.execute(request("queries/scorecard", scope=table, metric="complete_values")))["scorecard"]
        print("scorecard", card["state"], card["score"])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
