"""A small bank whose tables were ingested, given rules and assessed: where most stories about scores begin."""

from collections.abc import Mapping
from datetime import datetime

from domain.bootstrap import Domain
from domain.fqn import Fqn
from domain.identity import Actor
from domain.metrics.model import MetadataCheck
from domain.rules.model import DqRule
from domain.runs.model import RunType
from tests.factories.assets import PUBLIC, add_tables
from tests.factories.connections import add_connection
from tests.factories.rules import active_rules, assess, executed, not_null
from tests.factories.runs import request_run

CARD = PUBLIC.child("card")
CARD_TRANSACTION = PUBLIC.child("cardtransaction")
TABLES = (CARD, CARD_TRANSACTION)


async def ruled_bank(domain: Domain, actor: Actor) -> Mapping[Fqn, DqRule]:
    """Two tables whose names begin alike, each with a rule that its amounts are there."""
    await add_connection(domain, actor)
    await add_tables(domain, actor, *(table.name for table in TABLES))
    return {table: (await active_rules(domain, actor, table, not_null(table)))[0] for table in TABLES}


async def assess_all(
    domain: Domain, actor: Actor, rules: Mapping[Fqn, DqRule], at: datetime, *, failed: int = 10
) -> None:
    """Of the 100 amounts of each table so many were missing at this time."""
    for table, rule in rules.items():
        await assess(domain, actor, table, executed(rule, at, failed=failed))


async def assess_metadata(domain: Domain, actor: Actor, table: Fqn, at: datetime, *, is_described: bool) -> None:
    run = await request_run(domain, actor, RunType.METADATA_ASSESSMENT, table)
    await domain.items.open_items(actor, run.id)
    check = MetadataCheck(table, "described", int(is_described), 1, None if is_described else "Describe the table.")
    await domain.assessments.finish_metadata(actor, run.id, table, at, [check])
