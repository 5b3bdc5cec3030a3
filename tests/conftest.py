import pytest

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.database", "tests.fixtures.prefect"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a costly fixture run in one process: those of a file, and all that need Prefect's server."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            group = "prefect" if item.get_closest_marker("prefect") else str(item.path)
            item.add_marker(pytest.mark.xdist_group(group))
