"""What a rule is about, as far as the catalogue knows it and the one who asks may see it."""

from collections.abc import Iterator

from domain.assets.repository import TABLE_LIKE, AssetRepository
from domain.db.uow import UnitOfWork
from domain.errors import Invalid
from domain.fqn import SCHEMA_DEPTH, Fqn
from domain.rules.model import RuleDefinition


async def check_subjects(uow: UnitOfWork, definition: RuleDefinition) -> None:
    """All that the rule names is in the catalogue. The lock keeps the same rule from being written twice at once."""
    table = definition.table
    named = [("table", table), *(("columns", table.child(name)) for name in definition.columns), *_parents(definition)]
    known = await AssetRepository(uow).lock_rows(fqn for _, fqn in named)
    for field, fqn in named:
        if fqn not in known:
            raise Invalid(field, f"The catalogue has no {fqn}. Check the spelling, or ingest it first.")
    if known[table].type not in TABLE_LIKE:
        raise Invalid("table", f"{table} is not a table or a view.")


def _parents(definition: RuleDefinition) -> Iterator[tuple[str, Fqn]]:
    """The table that a rule refers to, and its columns, by the parameters that name them."""
    referenced, columns = (definition.parameters.get(f"referenced_{what}") for what in ("table", "columns"))
    if not isinstance(referenced, str) or not isinstance(columns, list):
        return
    parent, database = Fqn.parse(referenced), definition.table.parts[: SCHEMA_DEPTH - 1]
    if parent.parts[: SCHEMA_DEPTH - 1] != database:
        raise Invalid("parameters.referenced_table", f"{parent} is in another database than {definition.table}.")
    yield "parameters.referenced_table", parent
    for column in columns:
        yield "parameters.referenced_columns", parent.child(column)
