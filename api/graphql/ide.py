"""GraphiQL for development, from files of our own: it works without a network and loads nothing from elsewhere."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FILES = Path(__file__).parent / "graphiql"
# The editor writes styles into elements of its own, which no hash can foresee.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class IdePage:
    def is_wanted(self, request: Request) -> bool:
        """Whether a browser opened the address, rather than a program that asks for an answer."""
        asks = "query" in request.query_params
        return request.method == "GET" and not asks and "text/html" in request.headers.get("accept", "")

    def response(self) -> Response:
        return FileResponse(
            FILES / "index.html", headers={"content-security-policy": POLICY, "x-content-type-options": "nosniff"}
        )


def ide_files() -> Mount:
    return Mount("/graphiql", StaticFiles(directory=FILES), name="graphiql")
