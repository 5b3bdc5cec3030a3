import pytest

from benchmarks.graphql.installation import api_server
from benchmarks.graphql.stopping import SERVICE_RESTARTS, stop_in_use
from domain.bootstrap import Domain
from domain.settings import Settings

pytestmark = [pytest.mark.db, pytest.mark.e2e]

CLIENTS = 5


async def test_server_that_is_stopped_tells_its_sockets_and_ends_its_streams(
    database_settings: Settings, domain: Domain
) -> None:
    """By SIGTERM, in a process of its own, as every restart does it."""
    with api_server(database_settings) as api:
        stopped = await stop_in_use(api, CLIENTS)

    assert stopped.close_codes == [SERVICE_RESTARTS] * CLIENTS
    assert stopped.ended_streams == CLIENTS
    assert stopped.seconds < 12
