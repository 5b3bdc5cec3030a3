import os
import re
import socket
from collections.abc import Iterator

import pytest

from deploy.local.errors import LauncherError
from deploy.local.ports import free_port, is_free, require_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_taken_port_names_port_holder_setting_and_option(taken: int) -> None:
    with pytest.raises(LauncherError) as refusal:
        require_free("127.0.0.1", taken, wanted_for="the API", setting="ASSAY_API_PORT")

    assert re.fullmatch(
        rf"Port {taken} on 127\.0\.0\.1, wanted for the API, is held by \S+ \(pid {os.getpid()}\): "
        r"stop that process, or set ASSAY_API_PORT \(or --api-port\) to another port\.",
        str(refusal.value),
    )


def test_address_of_another_machine_names_the_setting_to_change() -> None:
    with pytest.raises(LauncherError, match=r"Nothing can listen on 192\.0\.2\.1 .* set ASSAY_BIND \(or --bind\)"):
        require_free("192.0.2.1", 18000, wanted_for="the API", setting="ASSAY_API_PORT")


def test_port_with_a_listener_is_not_free(taken: int) -> None:
    assert not is_free("127.0.0.1", taken)


def test_free_port_is_one_that_outgoing_connections_never_get() -> None:
    port = free_port("127.0.0.1")

    assert 15433 <= port < 32000
    assert is_free("127.0.0.1", port)
