"""How a DuckDB of ours gives memory back."""

from __future__ import annotations

from collections.abc import Mapping

_KEPT = "8MB"
GIVEN_BACK: Mapping[str, str] = {
    "allocator_flush_threshold": _KEPT,
    "allocator_bulk_deallocation_flush_threshold": _KEPT,
}
"""Settings of `duckdb.connect`. Without them hundreds of megabytes that one statement needed stay with the process, on
top of what the next one takes.
"""
