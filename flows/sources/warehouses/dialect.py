"""How rules spell their SQL for a warehouse: as for DuckDB, with what the translation has to be spared."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.sources.base import Coverage
from flows.sources.dialect import quote_text
from flows.sources.duckdb_dialect import DuckDbDialect
from flows.sources.forms import Form
from flows.sources.warehouses.translation import UNAVAILABLE
from flows.sources.warehouses.warehouse import Warehouse

_EXACT_DIGITS = 15
"""Of a BIGINT, with room for a remainder before them."""
_LONGEST_DIGITS = 90
_SEED = 1


@dataclass(frozen=True, slots=True)
class WarehouseDialect(DuckDbDialect):
    warehouse: Warehouse = field(kw_only=True)

    def form_of(self, data_type: str) -> Form:
        return self.warehouse.type_of(data_type).form

    def text(self, expression: str, data_type: str) -> str:
        """An engine without booleans keeps them as 1 and 0."""
        if self.form_of(data_type) is Form.BOOLEAN and not self.warehouse.spelling.has_booleans:
            return f"CASE {expression} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
        return f"CAST({expression} AS VARCHAR)"

    def instant(self, text: str) -> str:
        del text
        return f"{UNAVAILABLE}({quote_text('moments with a zone that are written as text')})"

    def remainder(self, digits: str, divisor: int) -> str:
        """Piece by piece: no number is long enough for all of them."""
        rest = "''"
        for first in range(1, _LONGEST_DIGITS, _EXACT_DIGITS):
            piece = f"TRY_CAST({rest} || substr({digits}, {first}, {_EXACT_DIGITS}) AS BIGINT)"
            rest = f"CAST({piece} % {divisor} AS VARCHAR)"
        return f"TRY_CAST({rest} AS INTEGER)"

    def block_sample(self, percent: float) -> str:
        """Nothing where the engine would draw other blocks each time, or has none."""
        sampling = self.warehouse.sampling
        if sampling.coverage is not Coverage.BLOCKS or not sampling.is_repeatable:
            return ""
        return f" TABLESAMPLE SYSTEM ({percent:.6f} PERCENT) REPEATABLE ({_SEED})"
