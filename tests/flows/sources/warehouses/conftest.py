from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from domain.connections.model import ConnectionKind
from tests.flows.sources.engines import InWarehouse
from tests.flows.sources.warehouses.drivers import stand_in_for


@pytest.fixture
def engine_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[ConnectionKind], InWarehouse]]:
    """A stand-in for the engine of the kind, in the place of its driver."""
    with ExitStack() as stack:
        yield lambda kind: InWarehouse(kind, stack.enter_context(closing(stand_in_for(kind, monkeypatch))))
