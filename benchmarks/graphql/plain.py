"""`python -m benchmarks.graphql.plain PORT DSN`: the reference of the speed bars.

The same rows by SQL that is written by hand, dicts that are built by hand, orjson: what answering costs without
GraphQL, and without rights, limits, cursors and ids of requests. And a broadcast of one text to all sockets.
"""

import asyncio
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.graphql.documents import PAGES, SCHEMA, TINY
from benchmarks.graphql.installation import HOST

PAGE = """SELECT id, fqn, type, version, captured, fields, created_at, updated_at FROM asset
    WHERE (organization_id, project_id) = (SELECT organization_id, id FROM project)
    AND fqn >= $1 AND fqn < $1 || '/' AND fqn > $2 AND deleted_at IS NULL ORDER BY fqn LIMIT 100"""
TABLES = "SELECT fqn FROM asset WHERE parent_fqn = $1 AND deleted_at IS NULL ORDER BY position, fqn"
COLUMNS = """SELECT id, fqn, parent_fqn, type FROM asset WHERE parent_fqn = ANY($1) AND deleted_at IS NULL
    ORDER BY parent_fqn, position, fqn"""


class Assets:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def listed(self) -> object:
        pages: dict[str, object] = {}
        last = ""
        for number in range(PAGES):
            rows = await self._pool.fetch(PAGE, SCHEMA, last)
            last = rows[-1]["fqn"]
            pages[f"p{number}"] = {"edges": [{"node": _asset(row)} for row in rows]}
        return pages

    async def nested(self) -> object:
        tables = {row["fqn"]: [] for row in await self._pool.fetch(TABLES, SCHEMA)}  # type: dict[str, list[object]]
        for row in await self._pool.fetch(COLUMNS, list(tables)):
            tables[row["parent_fqn"]].append({"id": _id(row), "name": _name(row["fqn"]), "type": row["type"]})
        return {"asset": {"children": [{"name": _name(fqn), "columns": found} for fqn, found in tables.items()]}}


def _asset(row: asyncpg.Record) -> object:
    captured, described = orjson.loads(row["captured"]), orjson.loads(row["fields"])
    return {
        "id": _id(row),
        "fqn": row["fqn"],
        "name": _name(row["fqn"]),
        "type": row["type"],
        "version": row["version"],
        "sourceComment": captured.get("comment"),
        "dataType": captured.get("data_type"),
        "nullable": captured.get("nullable"),
        "description": described.get("description"),
        "sensitivity": described.get("sensitivity"),
        "createdAt": row["created_at"].isoformat(),
        "updatedAt": row["updated_at"].isoformat(),
    }


def _id(row: asyncpg.Record) -> str:
    return urlsafe_b64encode(b"Asset:" + row["id"].hex.encode()).decode().rstrip("=")


def _name(fqn: str) -> str:
    return fqn.rpartition(".")[2]


class Broadcast:
    """One text to every socket."""

    def __init__(self) -> None:
        self._sockets: set[asyncio.Queue[str]] = set()

    async def follow(self, socket: WebSocket) -> None:
        await socket.accept()
        queue: asyncio.Queue[str] = asyncio.Queue(100)
        self._sockets.add(queue)
        try:
            while True:
                await socket.send_text(await queue.get())
        except WebSocketDisconnect:
            return
        finally:
            self._sockets.discard(queue)

    async def tell(self, request: Request) -> Response:
        text = (await request.body()).decode()
        for queue in self._sockets:
            queue.put_nowait(text)
        return Response()


def make_app(dsn: str) -> Starlette:
    broadcast = Broadcast()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Assets]]:
        async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
            yield {"assets": Assets(pool)}

    return Starlette(routes=list(_routes(broadcast)), lifespan=lifespan)


def _routes(broadcast: Broadcast) -> Iterator[Route | WebSocketRoute]:
    yield Route("/healthz", lambda _: Response())
    yield Route("/graphql", answer, methods=["POST"])
    yield Route("/tell", broadcast.tell, methods=["POST"])
    yield WebSocketRoute("/follow", broadcast.follow)


async def answer(request: Request) -> Response:
    query = orjson.loads(await request.body())["query"]
    assets: Assets = request.state.assets
    if query == TINY:
        data: object = {"viewer": {"name": "developer"}}
    else:
        data = await (assets.listed() if "p0" in query else assets.nested())
    return Response(orjson.dumps({"data": data}), media_type="application/json")


def main() -> None:
    port, dsn = sys.argv[1:]
    # The same server as ours.
    uvicorn.run(
        make_app(dsn),
        host=HOST,
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
