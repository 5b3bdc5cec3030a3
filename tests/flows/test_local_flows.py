"""The main job on sources that a DuckDB of their own reads: a SQLite file, a folder of CSV files, and a MariaDB."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from domain.connections.model import ConnectionKind, ConnectionSettings, ConnectionStatus
from domain.fqn import Fqn
from domain.rules.model import RuleKind, RuleState
from domain.runs.model import ItemStatus, RunType
from tests.factories.runs import complete
from tests.fixtures.mariadb import OWNER_PASSWORD, MariaDbServer
from tests.flows.sources.engines import MariaDb, values_sql
from tests.flows.worker import PASSWORD_VARIABLE, Worker

pytestmark = [
    pytest.mark.db,
    pytest.mark.prefect,
    # Prefect leaves the sockets of its clients to the collector.
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]

CITIES = ("rome", "oslo", "bonn")
CUSTOMERS = [(number, f"customer{number}@example.org", CITIES[number % 3]) for number in range(1, 61)]
ORDERS = [(number, 1 + number % 60, number % 5) for number in range(1, 201)]


@dataclass(frozen=True, slots=True)
class Shop:
    kind: ConnectionKind
    settings: ConnectionSettings
    schema: Fqn
    system: str
    """How a check of the connection begins to name it."""


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Shop:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as owner, owner:
        owner.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, city TEXT)")
        owner.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, quantity INTEGER)")
        owner.executemany("INSERT INTO customer VALUES (?, ?, ?)", CUSTOMERS)
        owner.executemany("INSERT INTO orders VALUES (?, ?, ?)", ORDERS)
    return Shop(ConnectionKind.SQLITE, ConnectionSettings(path=str(path)), Fqn.of("svc", "shop", "main"), "SQLite 3")


@pytest.fixture
def csv_folder(tmp_path: Path) -> Shop:
    path = tmp_path / "shop"
    path.mkdir()
    for name, head, rows in (
        ("customer", "id,email,city", CUSTOMERS),
        ("orders", "id,customer_id,quantity", ORDERS),
    ):
        lines = [head, *(",".join(map(str, row)) for row in rows)]
        (path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return Shop(
        ConnectionKind.FILES, ConnectionSettings(path=str(path)), Fqn.of("svc", "shop", "main"), "A folder with 2"
    )


@pytest.fixture
async def mariadb_database(mariadb: MariaDbServer, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv(PASSWORD_VARIABLE, OWNER_PASSWORD)
    engine = MariaDb(mariadb)
    engine.run(
        "CREATE TABLE customer (id int unsigned PRIMARY KEY, email varchar(80), city varchar(20))",
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int unsigned REFERENCES customer (id), quantity tinyint)",
        f"INSERT INTO customer {values_sql(CUSTOMERS)}",
        f"INSERT INTO orders {values_sql(ORDERS)}",
    )
    settings = replace(await engine.settings(), secret="env:SHOP")
    return Shop(ConnectionKind.MYSQL, settings, engine.schema, engine.system)


@pytest.fixture(params=[sqlite_file, csv_folder, mariadb_database], ids=lambda make: make.__name__)
def shop(request: pytest.FixtureRequest) -> Shop:
    found = request.getfixturevalue(request.param.__name__)
    assert isinstance(found, Shop)
    return found


async def test_the_main_job_goes_through(worker: Worker, shop: Shop) -> None:
    domain, actor = worker.domain, worker.actor
    connection = await domain.connections.create(actor, "svc", shop.kind, shop.settings)

    await worker.run(RunType.CONNECTION_CHECK)
    checked = await domain.read.connections.get(actor.tenant, connection.id)
    await worker.run(RunType.SERVICE_INGESTION)
    _, profiled = await worker.run(RunType.PROFILING, shop.schema)
    _, enriched = await worker.run(RunType.METADATA_ENRICHMENT, shop.schema)
    _, generated = await worker.run(RunType.DQ_RULE_GENERATION, shop.schema)
    await complete(domain, actor, generated.id)
    await domain.approvals.approve(actor, generated.id)
    _, executed = await worker.run(RunType.DQ_EXECUTION, shop.schema)
    _, assessed = await worker.run(RunType.DQ_ASSESSMENT, shop.schema)

    assert (checked.status, (checked.status_message or "").startswith(shop.system)) == (ConnectionStatus.ACTIVE, True)
    for run in (profiled, enriched, generated, executed, assessed):
        items = await worker.items(run)
        assert {name: item.error_message for name, item in items.items()} == {"customer": None, "orders": None}
        assert {item.status for item in items.values()} == {ItemStatus.COMPLETED}
    profile = (await domain.read.profiles.newest(actor.tenant, [shop.schema.child("customer")]))[
        shop.schema.child("customer")
    ]
    assert (profile.row_count.value, [column.name for column in profile.columns]) == (60, ["id", "email", "city"])
    rules = await domain.read.rules.of_table(actor.tenant, shop.schema.child("customer"), RuleState.ACTIVE)
    assert (RuleKind.MATCHES_PATTERN, ("email",)) in {(rule.definition.kind, rule.definition.columns) for rule in rules}
    card = await domain.read.scorecards.scorecard(actor.tenant, shop.schema)
    assert card.value == 1
