"""The GraphQL server as it runs in production, beside a plain endpoint on the same machine at the same time."""

from collections.abc import Callable, Sequence

from benchmarks.graphql.copies import measure_copies
from benchmarks.graphql.endurance import measure_endurance
from benchmarks.graphql.fanout import measure_fanout
from benchmarks.graphql.installation import api_server, filled_database, plain_server
from benchmarks.graphql.node_server import yoga_server
from benchmarks.graphql.requests import measure_requests
from benchmarks.graphql.stopping import measure_stopping
from benchmarks.scale.figures import Figure


def measure_graphql(repetitions: int, tell: Callable[[str], None]) -> Sequence[Figure]:
    tell("a database and two servers")
    with filled_database() as settings:
        with api_server(settings) as api, plain_server(settings) as plain:
            with yoga_server(settings, tell) as yoga:
                figures = [*measure_requests(api, plain, yoga, max(repetitions // 3, 1), tell)]
            with api_server(settings) as other:
                figures += measure_fanout(api, other, plain, tell)
                figures += measure_copies(api, other, tell)
        with api_server(settings) as api:
            figures += measure_endurance(api, tell)
            figures += measure_stopping(api, tell)
    return figures
