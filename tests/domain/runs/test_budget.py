"""What a run may take is shared by its tables, and what it does not reach for is named."""

from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from domain.bootstrap import Domain
from domain.errors import Invalid
from domain.fqn import Fqn
from domain.identity import Actor
from domain.pages import PageRequest
from domain.runs.budget import Budget, Grant, Limits, Spent, words_of_missing
from domain.runs.model import ItemStatus, RunId, RunItem, RunType, check_parameters, parameters_for
from tests.domain.profiles.measured import column, table
from tests.factories.assets import add_tables
from tests.factories.connections import add_connection
from tests.factories.runs import request_run

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def refusal(limits: Limits, spent: Spent, rows: int | None) -> str | None:
    return Budget(limits, NOW).grant(spent, rows).refusal


@pytest.mark.parametrize(
    ("case", "limits", "rows", "told"),
    [
        ("no limit", Limits(), 10**9, None),
        ("time left", Limits(seconds=10.5), 10, None),
        ("no time left", Limits(seconds=10), 10, "The run's budget of 10 seconds had ended before it was begun."),
        ("bytes left", Limits(bytes=1001), 10, None),
        ("no bytes left", Limits(bytes=1000), 10, "The run's budget of 1,000 bytes had ended before it was begun."),
        ("just enough rows", Limits(rows=130), 30, None),
        ("too few rows", Limits(rows=129), 30, "Of the run's budget of 129 rows 29 were left; it takes about 30."),
        ("unknown rows", Limits(rows=101), None, None),
        ("none left", Limits(rows=100), None, "Of the run's budget of 100 rows 0 were left; it takes at least one."),
        ("none needed", Limits(rows=99), 0, None),
    ],
)
def test_a_table_is_begun_while_the_budget_reaches_for_it(
    case: str, limits: Limits, rows: int | None, told: str | None
) -> None:
    assert refusal(limits, Spent(seconds=10, rows=100, bytes=1000), rows) == told


def test_a_grant_says_what_is_left() -> None:
    budget = Budget(Limits(seconds=60, rows=500), NOW)

    assert budget.grant(Spent(20, 100, 0), None) == Grant(rows=400, seconds=40)
    assert Budget.read(budget.written()) == budget


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seconds", 0),
        ("seconds", "long"),
        ("seconds", True),
        ("seconds", float("nan")),
        ("rows", 0),
        ("rows", 1.5),
        ("bytes", True),
        ("bytes", -1),
    ],
)
def test_a_budget_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(Invalid) as refused:
        check_parameters(RunType.PROFILING, {f"budget_{name}": value})

    assert [problem.path for problem in refused.value.problems] == [f"budget.{name}"]


def test_a_chain_hands_its_budget_to_its_profiling_only() -> None:
    given = {"budget_seconds": 60, "budget_rows": 7, "include": ["pii"]}

    check_parameters(RunType.RUN_ALL, given)
    assert parameters_for(RunType.PROFILING, given) == {"budget_seconds": 60, "budget_rows": 7}
    assert parameters_for(RunType.METADATA_ENRICHMENT, given) == {"include": ["pii"]}


@pytest.fixture
async def tables(domain: Domain, actor: Actor) -> list[Fqn]:
    await add_connection(domain, actor)
    return await add_tables(domain, actor, "card", "owner", "shop")


@pytest.fixture
async def run(domain: Domain, actor: Actor, tables: list[Fqn]) -> RunId:
    found = await request_run(domain, actor, RunType.PROFILING, *tables)
    await domain.items.open_items(actor, found.id)
    await domain.spending.begin(actor, found.id, Limits(rows=100))
    return found.id


async def take(domain: Domain, actor: Actor, run: RunId, fqn: Fqn, rows: int) -> str | None:
    await domain.items.start(actor, run, fqn)
    return (await domain.spending.reserve(actor, run, fqn, rows)).refusal


async def items(domain: Domain, actor: Actor, run: RunId) -> dict[str, RunItem]:
    page = await domain.read.runs.items(actor.tenant, run, (), PageRequest())
    return {item.fqn.name: item for _, item in page.items}


@pytest.mark.db
async def test_rows_that_others_are_about_to_read_are_not_given_twice(
    domain: Domain, actor: Actor, run: RunId, tables: list[Fqn]
) -> None:
    card, owner, shop = tables
    asked = [await take(domain, actor, run, card, 60), await take(domain, actor, run, owner, 60)]
    measured = replace(table(column(["a"] * 10), rows=10), fqn=card)
    await domain.items.finish_profiled(actor, run, measured)

    asked.append(await take(domain, actor, run, shop, 60))

    assert asked == [None, "Of the run's budget of 100 rows 40 were left; it takes about 60.", None]


@pytest.mark.db
async def test_asking_twice_for_one_table_counts_once(
    domain: Domain, actor: Actor, run: RunId, tables: list[Fqn]
) -> None:
    assert [await take(domain, actor, run, tables[0], 60) for _ in range(2)] == [None, None]


@pytest.mark.db
async def test_what_is_left_out_is_named_and_no_failure(
    domain: Domain, actor: Actor, run: RunId, tables: list[Fqn]
) -> None:
    card, owner, shop = tables
    await take(domain, actor, run, card, 10)
    partial = replace(
        table(column(["a"] * 10), rows=10, left_out={"columns.late": "x", "columns.later": "x"}),
        fqn=card,
        bytes_read=70,
    )
    await domain.items.finish_profiled(actor, run, partial)
    for left_out in (owner, shop):
        await domain.items.start(actor, run, left_out)
        await domain.spending.leave_out(actor, run, left_out, "Nothing is left.")

    account = await domain.spending.account(actor, run)

    found = await items(domain, actor, run)
    assert [one.status for one in found.values()] == [ItemStatus.COMPLETED, ItemStatus.SKIPPED, ItemStatus.SKIPPED]
    assert (found["owner"].error_code, found["owner"].error_message) == ("BUDGET_ENDED", "Nothing is left.")
    assert found["card"].counts == {"rows": 10, "columns": 1, "rows_read": 10, "bytes_read": 70, "columns_left_out": 2}
    progress = (await domain.read.runs.get(actor.tenant, run)).progress
    assert (progress.completed, progress.failed, progress.total) == (1, 0, 3)
    assert (account.spent.rows, account.spent.bytes) == (10, 70)
    assert account.written()["missing"] == {"tables": 2, "columns": 2, "first": [str(owner), str(shop), str(card)]}
    told = "Tables left out by the budget: 2; columns of others: 2."
    assert (words_of_missing(account.written()), words_of_missing({})) == (told, "")


@pytest.mark.db
async def test_a_retry_has_the_budget_anew_and_goes_on_with_what_is_missing(
    domain: Domain, actor: Actor, run: RunId, tables: list[Fqn], sql: asyncpg.Connection
) -> None:
    card, owner, shop = tables
    await take(domain, actor, run, card, 90)
    partial = replace(table(column(["a"] * 90), rows=90, left_out={"columns.late": "x"}), fqn=card)
    await domain.items.finish_profiled(actor, run, partial)
    await take(domain, actor, run, owner, 10)
    await domain.items.finish_profiled(actor, run, replace(table(column(["a"] * 10), rows=10), fqn=owner))
    await take(domain, actor, run, shop, 90)
    await domain.spending.leave_out(actor, run, shop, "Nothing is left.")

    left = await domain.items.open_items(actor, run)
    await domain.spending.begin(actor, run, Limits(rows=100))
    again = await take(domain, actor, run, shop, 90)
    await domain.items.start(actor, run, card)
    await domain.spending.leave_out(actor, run, card, "Nothing is left.")

    assert (left, again) == ([card, shop], None)
    found = await items(domain, actor, run)
    assert (found["card"].status, found["card"].error_code) == (ItemStatus.COMPLETED, None)
    assert await sql.fetchval("SELECT count(*) FROM table_profile WHERE fqn = $1", str(card)) == 1
