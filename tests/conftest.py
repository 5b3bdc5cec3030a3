import signal

import pytest

pytest_plugins = [
    "tests.fixtures.postgres",
    "tests.fixtures.database",
    "tests.fixtures.mariadb",
    "tests.fixtures.prefect",
    "tests.fixtures.installations",
]
LONG_GROUPS = ("prefect", "e2e-shaken", "e2e")
"""Longer than any other, the longest at last."""


def pytest_configure() -> None:
    """What a script starts in the background inherits a SIGINT that is ignored; tests and what they start need it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that share a costly fixture run in one process: a file's, all that need Prefect, or an installation.

    Fast tests come first. Where processes share the work the longest groups do, so that none is left alone with one.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            group = "prefect" if _needs_prefect(item) else f"{item.path.parent.name}/{item.path.stem}"
            item.add_marker(pytest.mark.xdist_group(group))
    longest_last = -1 if hasattr(config, "workerinput") else 1
    items.sort(key=lambda item: (longest_last * _length(item), _place(item)))


def _length(item: pytest.Item) -> int:
    """That of its group, beside others."""
    marker = item.get_closest_marker("xdist_group")
    group = marker.args[0] if marker else ""
    return LONG_GROUPS.index(group) if group in LONG_GROUPS else -1


def _place(item: pytest.Item) -> int:
    """In its group: the checks of others leave an installation as they please, and made-up requests as nobody would."""
    is_by_others = item.path.parent.name == "conformance"
    return is_by_others + (item.get_closest_marker("spoils") is not None)


def _needs_prefect(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "prefect_server" in item.fixturenames


def pytest_collection_finish(session: pytest.Session) -> None:
    """A test without its group would start servers of its own; xdist would say nothing."""
    if hasattr(session.config, "workerinput"):
        assert all("@" in item.nodeid for item in session.items), "xdist does not keep groups of tests together"
