"""GraphiQL for development, from files of our own: it works without a network and loads nothing from elsewhere."""

from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from api.graphql.ids import write_id
from api.graphql.runs.types import KIND

FILES = Path(__file__).parent / "graphiql"
# The editor writes styles into elements of its own, which no hash can foresee.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

RUN_QUERY = """query Run {
  workflowRun(id: "%s") {
    type status targets requestedBy createdAt startedAt completedAt
    progress { completed failed total }
    error { code message }
    approval { status notes decidedBy }
    items(status: [FAILED], first: 100) { edges { node { fqn attempts error { code message } } } }
    logs(last: 20) { edges { node { at level message } } }
    prefectUrl
  }
}
"""


class IdePage:
    def is_wanted(self, request: Request) -> bool:
        """Whether a browser opened the address, rather than a program that asks for an answer."""
        asks = "query" in request.query_params
        return request.method == "GET" and not asks and "text/html" in request.headers.get("accept", "")

    def response(self) -> Response:
        return FileResponse(
            FILES / "index.html", headers={"content-security-policy": POLICY, "x-content-type-options": "nosniff"}
        )


def ide_routes() -> list[BaseRoute]:
    return [
        Mount("/graphiql", StaticFiles(directory=FILES), name="graphiql"),
        Route("/runs/{run_id:uuid}", open_run_in_ide),
    ]


async def open_run_in_ide(request: Request) -> Response:
    """Where the links in Prefect's UI lead. The query is in the fragment, which a browser keeps to itself."""
    query = RUN_QUERY % write_id(KIND, request.path_params["run_id"])
    return RedirectResponse(f"/graphql#{urlencode({'query': query})}")
