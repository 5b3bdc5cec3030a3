"""The text of docs/sample-bank.md, made of the lists in the code."""

from collections.abc import Iterable, Sequence

from deploy.local.bank.bank import ROW_TYPES
from deploy.local.bank.faults import FAULTS
from deploy.local.bank.personal_data import PLANTED_PII, PlantedPii
from deploy.local.bank.row import Table
from deploy.local.bank.sample import DEFAULT_SEED, REFERENCE_DATE
from domain.assets.model import PiiClass

_INTRODUCTION = f"""# The sample bank

A small made-up bank for trying Assay: {sum(row_type.TABLE.row_count for row_type in ROW_TYPES):,} rows in
{len(ROW_TYPES)} tables of the schemas `core` and `market`, and three views. The rows come from rules and word lists in
`deploy/local/bank/`; nobody in them exists. Seed {DEFAULT_SEED} and the fixed reference date {REFERENCE_DATE} give the
same rows on every machine, so a freshness rule reads "days before the reference date", not "days before now".

A fault stands in exactly the rows whose keys `make_sample().fault_keys` gives, and a row has one fault at most.
This page is printed by `python -m deploy.local.bank describe`; change the lists in the code, not this text.
"""


def description() -> str:
    """All of docs/sample-bank.md."""
    return f"{_INTRODUCTION}\n{_tables()}\n{_faults()}\n{_personal_data()}\n{_traps()}"


def _tables() -> str:
    rows = [(f"`{t.schema}.{t.name}`", f"{t.row_count:,}", _code(t.key), t.holds) for t in _each_table()]
    return _section("Tables", ("table", "rows", "key", "holds"), rows)


def _each_table() -> Iterable[Table]:
    return (row_type.TABLE for row_type in ROW_TYPES)


def _faults() -> str:
    rows = [
        (
            f"`{fault.id}`",
            f"`{fault.schema}.{fault.table}`",
            _code(fault.columns),
            str(fault.row_count),
            f"{fault.share:.2%}",
            _code(fault.rule_kinds_that_should_find_it) or "no kind yet",
            fault.description,
        )
        for fault in FAULTS
    ]
    return _section("Planted faults", ("fault", "table", "columns", "rows", "share", "found by", "what is wrong"), rows)


def _personal_data() -> str:
    rows = [(_column(pii), pii.pii_class, pii.sensitivity) for pii in PLANTED_PII if pii.pii_class is not PiiClass.NONE]
    return _section("Personal data", ("column", "PII class", "sensitivity"), rows)


def _traps() -> str:
    rows = [(_column(pii), pii.sensitivity) for pii in PLANTED_PII if pii.pii_class is PiiClass.NONE]
    return _section("Columns that look personal and are not", ("column", "sensitivity"), rows)


def _section(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return f"## {title}\n\n" + "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _column(pii: PlantedPii) -> str:
    return f"`{pii.schema}.{pii.table}.{pii.column}`"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
