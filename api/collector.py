"""The garbage collector of a server process: the tail of latencies is made by its full collections."""

import gc

YOUNG, MIDDLE, OLD = 100_000, 50, 100
"""Objects until the young are looked at, and how often that happens until the older ones are, too.

A large answer makes tens of thousands of objects and drops them again; the collector's own numbers would have it look
at all of them several times in one request.
"""


def spare_what_stays() -> None:
    """Call it when the server is made: modules, schema and settings stay for its life and are not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
