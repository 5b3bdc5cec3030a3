"""The web server around the application."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from api.collector import spare_what_stays
from api.frames import ListeningProtocol
from api.lifespan import open_services
from api.services import Services
from domain.settings import Settings

GRACE_SECONDS = 8
"""Streams of server-sent events take all of it: they have no end of their own that a client would follow up."""


class Server(uvicorn.Server):
    """Returns after a signal instead of raising it again, so that the lifespan closes what it has opened."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def make_server(services: Services) -> Server:
    """Streams that are open when a signal comes have some seconds to end."""
    settings = services.settings
    config = uvicorn.Config(
        create_app(services),
        host=settings.bind,
        port=settings.api.port,
        loop="uvloop",
        http="httptools",
        ws=ListeningProtocol,
        ws_max_size=settings.api.max_frame_bytes,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
    return Server(config)


async def serve(settings: Settings) -> None:
    async with open_services(settings) as services:
        server = make_server(services)
        spare_what_stays()
        await server.serve()
