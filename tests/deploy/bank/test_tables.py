import asyncpg
import pytest

from deploy.local.bank.bank import ROW_TYPES
from deploy.local.bank.row import Table

pytestmark = pytest.mark.db

TABLES_AND_VIEWS = """
SELECT table_schema || '.' || table_name FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
VIEWS = ["core.v_card_spend", "core.v_customer_overview", "market.v_latest_rate"]
COLUMN_TYPES = """
SELECT DISTINCT CASE WHEN typtype = 'e' THEN 'enum' ELSE typname END
FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid JOIN pg_class ON pg_class.oid = attrelid
WHERE relkind = 'r' AND attnum > 0 AND relnamespace::regnamespace::text IN ('core', 'market')
"""
REFERENCES = """
SELECT conrelid::regclass || '(' || attname || ')' || ' ' || confrelid::regclass
FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND convalidated
"""
COMMENTED = """
SELECT count(*) FILTER (WHERE obj_description(oid) IS NOT NULL), count(*)
FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('core', 'market')
"""


async def test_the_database_holds_our_tables_and_views_and_nothing_else(bank: asyncpg.Connection) -> None:
    # given
    ours = [f"{row_type.TABLE.schema}.{row_type.TABLE.name}" for row_type in ROW_TYPES]
    # when
    found = [name for (name,) in await bank.fetch(TABLES_AND_VIEWS)]
    # then
    assert sorted(found) == sorted(ours + VIEWS)


@pytest.mark.parametrize("table", [row_type.TABLE for row_type in ROW_TYPES], ids=lambda table: table.name)
async def test_a_table_holds_the_stated_number_of_rows_under_the_stated_key(
    table: Table, bank: asyncpg.Connection
) -> None:
    # when
    rows = await bank.fetchval(f"SELECT count(DISTINCT ({', '.join(table.key)})) FROM {table.schema}.{table.name}")
    key = await bank.fetch(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) "
        "WHERE indisprimary AND indrelid = $1::text::regclass ORDER BY array_position(indkey::int2[], attnum)",
        f"{table.schema}.{table.name}",
    )
    # then
    assert rows == table.row_count
    assert tuple(name for (name,) in key) == table.key


async def test_the_columns_have_many_types(bank: asyncpg.Connection) -> None:
    # when
    types = {name for (name,) in await bank.fetch(COLUMN_TYPES)}
    # then
    assert types == {
        *("bool", "bpchar", "date", "enum", "inet", "int2", "int4", "int8"),
        *("jsonb", "numeric", "text", "_text", "timestamptz", "uuid"),
    }


async def test_the_declared_references_are_checked_and_the_broken_one_is_not_declared(
    bank: asyncpg.Connection,
) -> None:
    assert {reference for (reference,) in await bank.fetch(REFERENCES)} == {
        "market.merchant(mcc) market.merchant_category",
        "market.merchant(country_code) market.country",
        "market.exchange_rate(currency_code) market.currency",
        "core.branch(country_code) market.country",
        "core.employee(branch_id) core.branch",
        "core.employee(manager_id) core.employee",
        "core.customer(home_branch_id) core.branch",
        "core.customer_address(customer_id) core.customer",
        "core.online_access(customer_id) core.customer",
        "core.login_event(customer_id) core.online_access",
        "core.account(customer_id) core.customer",
        "core.account(branch_id) core.branch",
        "core.account(currency_code) market.currency",
        "core.account_entry(account_id) core.account",
        "core.loan(account_id) core.account",
        "core.card(account_id) core.account",
        "core.cardtransaction(card_id) core.card",
        "core.cardtransaction(mcc) market.merchant_category",
        "core.cardtransaction(currency_code) market.currency",
    }


async def test_some_tables_have_a_comment_and_some_have_none(bank: asyncpg.Connection) -> None:
    assert tuple(await bank.fetchrow(COMMENTED)) == (7, 16)


async def test_the_views_agree_with_the_tables_below_them(bank: asyncpg.Connection) -> None:
    # when
    customers, accounts = await bank.fetchrow("SELECT count(*), sum(account_count) FROM core.v_customer_overview")
    payments = await bank.fetchval("SELECT sum(payments) FROM core.v_card_spend")
    rates = await bank.fetchval("SELECT count(*) FROM market.v_latest_rate WHERE rate_date = '2026-11-21'")
    # then
    assert customers == 3030
    assert accounts == await bank.fetchval("SELECT count(*) FROM core.account WHERE closed_on IS NULL")
    assert payments == 18_000
    assert rates == 12
