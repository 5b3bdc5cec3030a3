"""The main job on sources that have no server: a SQLite file, and a folder of CSV files."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from domain.connections.model import ConnectionKind, ConnectionSettings
from domain.fqn import Fqn
from domain.rules.model import RuleKind, RuleState
from domain.runs.model import ItemStatus, RunType
from tests.factories.runs import complete
from tests.flows.worker import Worker

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

MAIN = Fqn.of("svc", "shop", "main")
CITIES = ("rome", "oslo", "bonn")
CUSTOMERS = [(number, f"customer{number}@example.org", CITIES[number % 3]) for number in range(1, 61)]
ORDERS = [(number, 1 + number % 60, number % 5) for number in range(1, 201)]


def sqlite_file(folder: Path) -> tuple[ConnectionKind, Path]:
    path = folder / "shop.sqlite"
    with closing(sqlite3.connect(path)) as owner, owner:
        owner.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, city TEXT)")
        owner.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, quantity INTEGER)")
        owner.executemany("INSERT INTO customer VALUES (?, ?, ?)", CUSTOMERS)
        owner.executemany("INSERT INTO orders VALUES (?, ?, ?)", ORDERS)
    return ConnectionKind.SQLITE, path


def csv_folder(folder: Path) -> tuple[ConnectionKind, Path]:
    path = folder / "shop"
    path.mkdir()
    for name, head, rows in (
        ("customer", "id,email,city", CUSTOMERS),
        ("orders", "id,customer_id,quantity", ORDERS),
    ):
        lines = [head, *(",".join(map(str, row)) for row in rows)]
        (path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return ConnectionKind.FILES, path


@pytest.mark.parametrize("make", [sqlite_file, csv_folder])
async def test_the_main_job_goes_through(
    worker: Worker, tmp_path: Path, make: Callable[[Path], tuple[ConnectionKind, Path]]
) -> None:
    kind, path = make(tmp_path)
    domain, actor = worker.domain, worker.actor
    await domain.connections.create(actor, "svc", kind, ConnectionSettings(path=str(path)))

    await worker.run(RunType.SERVICE_INGESTION)
    _, profiled = await worker.run(RunType.PROFILING, MAIN)
    _, enriched = await worker.run(RunType.METADATA_ENRICHMENT, MAIN)
    _, generated = await worker.run(RunType.DQ_RULE_GENERATION, MAIN)
    await complete(domain, actor, generated.id)
    await domain.approvals.approve(actor, generated.id)
    _, executed = await worker.run(RunType.DQ_EXECUTION, MAIN)
    _, assessed = await worker.run(RunType.DQ_ASSESSMENT, MAIN)

    for run in (profiled, enriched, generated, executed, assessed):
        items = await worker.items(run)
        assert {name: item.error_message for name, item in items.items()} == {"customer": None, "orders": None}
        assert {item.status for item in items.values()} == {ItemStatus.COMPLETED}
    profile = (await domain.read.profiles.newest(actor.tenant, [MAIN.child("customer")]))[MAIN.child("customer")]
    assert (profile.row_count.value, [column.name for column in profile.columns]) == (60, ["id", "email", "city"])
    rules = await domain.read.rules.of_table(actor.tenant, MAIN.child("customer"), RuleState.ACTIVE)
    assert (RuleKind.MATCHES_PATTERN, ("email",)) in {(rule.definition.kind, rule.definition.columns) for rule in rules}
    card = await domain.read.scorecards.scorecard(actor.tenant, MAIN)
    assert card.value == 1
