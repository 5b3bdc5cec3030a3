from collections.abc import Iterator

import pytest

from tests.fakes.model_provider import ModelProvider, running_provider


@pytest.fixture
def provider() -> Iterator[ModelProvider]:
    with running_provider() as running:
        yield running
