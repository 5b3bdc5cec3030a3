import signal

import pytest

pytest_plugins = [
    "tests.fixtures.postgres",
    "tests.fixtures.database",
    "tests.fixtures.mariadb",
    "tests.fixtures.prefect",
]


def pytest_configure() -> None:
    """What a script starts in the background inherits a SIGINT that is ignored; tests and what they start need it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first. Those that share a costly fixture run in one process: a file's, and all that need Prefect."""
    items.sort(key=lambda item: (item.get_closest_marker("e2e") is not None, _needs_prefect(item)))
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            group = "prefect" if _needs_prefect(item) else f"{item.path.parent.name}/{item.path.stem}"
            item.add_marker(pytest.mark.xdist_group(group))


def _needs_prefect(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "prefect_server" in item.fixturenames


def pytest_collection_finish(session: pytest.Session) -> None:
    """A test without its group would start servers of its own; xdist would say nothing."""
    if hasattr(session.config, "workerinput"):
        assert all("@" in item.nodeid for item in session.items), "xdist does not keep groups of tests together"
