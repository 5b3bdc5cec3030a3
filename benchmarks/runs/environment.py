"""The settings that these benchmarks set for the installation, over those of whoever starts them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH = 10
"""Tables that a run works on at once."""
SET = {
    "ASSAY_PROFILING_MAX_CONCURRENT_TABLES": str(WIDTH),
    # Half of them are for reading tables: by default a source is read over two, however wide a run is.
    "ASSAY_SOURCE_MAX_CONNECTIONS": str(2 * WIDTH),
}


@contextmanager
def wide_runs() -> Iterator[None]:
    """Services read their environment when they start, and theirs is ours."""
    before = {name: os.environ.get(name) for name in SET}
    os.environ.update(SET)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
