"""What the local DuckDB had no room for, in our words: its own may quote a value."""

import duckdb

_NO_DISK = ("max_temp_directory_size", "Could not write file")
"""The setting is what is free on the disk; the other comes when somebody else has filled it since."""


def lack_of_room(error: duckdb.Error) -> str | None:
    """None when there was room, and something else went wrong."""
    if any(sign in str(error) for sign in _NO_DISK):
        return (
            "it needs more memory than profiling.memory_limit_mb allows, "
            "and the disk of the worker's temporary folder has no room for the rest"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return "it needs more memory than profiling.memory_limit_mb allows"
    return None
