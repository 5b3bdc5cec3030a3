import socket
from collections.abc import Iterator

import pytest

from tests.fakes.model_provider import ModelProvider, running_provider


@pytest.fixture
def provider() -> Iterator[ModelProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def free_port() -> int:
    """Nobody listens on it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
