"""What people put into folders, and what is read of it."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import duckdb
import pytest

from domain.connections.model import ConnectionSettings
from domain.fqn import Fqn
from domain.settings import SourceSettings
from flows.failures import SourceUnreachable, TableFailed
from flows.sources.base import Source
from flows.sources.dialect import quote_table
from flows.sources.duckdb_file import open_duckdb
from flows.sources.folder import open_folder

SHOP = Fqn.of("svc", "shop")
MAIN = SHOP.child("main")


@asynccontextmanager
async def opened(folder: Path, **limits: Path) -> AsyncIterator[Source]:
    source = await open_folder(ConnectionSettings(path=str(folder)), None, SourceSettings(**limits))  # type: ignore[arg-type]  # a path
    try:
        yield source
    finally:
        await source.close()


async def count(source: Source, table: Fqn) -> object:
    return (await source.fetch(f"SELECT count(*) AS rows FROM {quote_table(table)}"))[0]["rows"]


async def test_subfolders_are_schemas_and_other_files_are_no_tables(tmp_path: Path) -> None:
    for name in ("top.csv", "sales/orders.csv", "sales/.hidden.csv", "sales/notes.txt", "stock/items.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a,b\n1,x\n")
    (tmp_path / "stock" / "parts.csv.gz").write_bytes(gzip.compress(b"a,b\n1,x\n2,y\n"))

    async with opened(tmp_path) as source:
        schemas = await source.schemas()
        sales = await source.describe_schema(SHOP.child("sales"))
        parts = await count(source, SHOP.child("stock").child("parts"))

    assert schemas == ["main", "sales", "stock"]
    assert [table.fqn.name for table in sales.tables] == ["orders"]
    assert parts == 2


async def test_files_of_one_name_are_told_apart_by_their_endings(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("a\n1\n")
    (tmp_path / "orders.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    (tmp_path / "Orders.tsv").write_text("a\n1\n2\n3\n")

    async with opened(tmp_path) as source:
        tables = (await source.describe_schema(MAIN)).tables
        counts = {table.fqn.name: await count(source, table.fqn) for table in tables}

    assert counts == {"Orders": 3, "orders.csv": 1, "orders.jsonl": 2}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("ragged.csv", b"a,b\n1,2\n3\n4,5\n", "do not all have the same number of fields"),
        ("latin.csv", "a,b\né,1\n".encode("latin-1"), "text that is not UTF-8"),
        ("torn.json", b'{"a":', "something that is not what it should be"),
        ("torn.parquet", b"PAR1", "something that is not what it should be"),
    ],
)
async def test_a_broken_file_fails_alone_and_says_why(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.csv").write_text("a\n1\n")

    async with opened(tmp_path) as source:
        tables = {table.fqn.name: table for table in (await source.describe_schema(MAIN)).tables}
        broken = tables.pop(Path(name).stem)
        with duckdb.connect() as local, pytest.raises(TableFailed, match=why):
            await source.copy_into(local, "copied", broken, None)
        good = await count(source, tables["good"].fqn)

    assert (broken.columns, good) == ((), 1)


@pytest.mark.parametrize("target", ["../secret.csv", "/etc/passwd"])
async def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "link.csv").symlink_to(target)

    async with opened(tmp_path / "shop") as source:
        (link,) = (await source.describe_schema(MAIN)).tables
        with pytest.raises(TableFailed, match="link is a link that leads out of"):
            await count(source, link.fqn)

    assert link.columns == ()


async def test_a_link_that_leads_nowhere_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("a\n1\n")
    (tmp_path / "lost.csv").symlink_to("gone.csv")

    async with opened(tmp_path) as source:
        tables = {table.fqn.name: table for table in (await source.describe_schema(MAIN)).tables}
        with pytest.raises(TableFailed, match=r"lost\.csv cannot be opened"):
            await count(source, tables["lost"].fqn)
        good = await count(source, tables["good"].fqn)

    assert (tables["lost"].columns, good) == ((), 1)


async def test_a_folder_that_vanished_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()

    async with opened(tmp_path / "shop") as source:
        (tmp_path / "shop").rmdir()
        with pytest.raises(TableFailed, match="The list of schemas cannot be read: no such file or directory"):
            await source.schemas()


async def test_a_linked_folder_outside_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text("password\nhunter2\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "linked").symlink_to(tmp_path / "outside")

    async with opened(tmp_path / "shop") as source:
        with pytest.raises(TableFailed, match="linked"):
            await source.describe_schema(SHOP.child("linked"))


@pytest.mark.parametrize("function", ["read_csv('/etc/passwd')", "read_text('/etc/passwd')", "glob('/etc/*')"])
async def test_a_question_opens_no_other_file(tmp_path: Path, function: str) -> None:
    (tmp_path / "good.csv").write_text("a\n1\n")

    async with opened(tmp_path) as source:
        with pytest.raises(TableFailed, match="outside of the source's own file or folder"):
            await source.fetch(f"SELECT * FROM {function}")


async def test_a_view_of_a_duckdb_file_opens_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    with duckdb.connect(tmp_path / "shop.duckdb") as owner:
        owner.execute(f"CREATE VIEW curious AS FROM read_csv('{tmp_path / 'secret.csv'}')")

    source = await open_duckdb(ConnectionSettings(path=str(tmp_path / "shop.duckdb")), None, SourceSettings())
    table = await source.describe_table(MAIN.child("curious"))
    with duckdb.connect() as local, pytest.raises(TableFailed, match="outside of the source's own file or folder"):
        await source.copy_into(local, "copied", table, None)

    await source.close()


async def test_an_operator_says_beneath_which_folder_sources_lie(tmp_path: Path) -> None:
    (tmp_path / "allowed" / "shop").mkdir(parents=True)
    (tmp_path / "other").mkdir()

    async with opened(tmp_path / "allowed" / "shop", files_folder=tmp_path / "allowed") as source:
        assert await source.schemas() == ["main"]
    with pytest.raises(SourceUnreachable, match=r"as source\.files_folder says"):
        async with opened(tmp_path / "other", files_folder=tmp_path / "allowed"):
            raise AssertionError("it cannot open")


async def test_a_type_is_one_that_every_value_has(tmp_path: Path) -> None:
    late = "".join(f"{number},{number}\n" for number in range(50_000))
    (tmp_path / "late.csv").write_text(f"odd,whole\n{late}n/a,7\n")

    async with opened(tmp_path) as source:
        table = await source.describe_table(MAIN.child("late"))

    assert [(column.name, column.data_type) for column in table.columns] == [("odd", "VARCHAR"), ("whole", "BIGINT")]
