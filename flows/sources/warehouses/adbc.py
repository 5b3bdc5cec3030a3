"""Sessions through the drivers of Arrow Database Connectivity, which give Arrow as the server does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flows.sources.warehouses.drivers import load_driver
from flows.sources.warehouses.warehouse import Batches


class AdbcSession:
    """`setup` are statements that bound the session; `options` are those of each statement."""

    def __init__(
        self,
        module: str,
        extra: str,
        arguments: Mapping[str, Any],  # what the driver's `connect` takes
        setup: Sequence[str] = (),
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._connection = load_driver(module, extra).connect(autocommit=True, **arguments)
        self._options = dict(options or {})
        self._cursor: Any = None  # the driver's; it comes without types that are known here
        for statement in setup:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)

    def rows(self, sql: str) -> Batches:
        self._end()
        self._cursor = self._connection.cursor(adbc_stmt_kwargs=self._options)
        self._cursor.execute(sql)
        return self._cursor.fetch_record_batch()

    def cancel(self) -> None:
        if self._cursor is not None:
            with suppress(Exception):  # nothing is running just now
                self._cursor.adbc_cancel()

    def close(self) -> None:
        self._end()
        self._connection.close()

    def _end(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None
